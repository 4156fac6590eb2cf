export function kubeTool(
  name: 'helm' | 'kubectl',
): { path: string; missing?: undefined } | { missing: string; path?: undefined };
