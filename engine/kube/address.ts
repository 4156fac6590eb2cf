/** Whether programs mean every address of the pod by this one, or by none. */
export function isOpen(address: string | undefined): boolean {
  return address === undefined || /^(?:0\.0\.0\.0|\[?::\]?|\*|)$/.test(address);
}

/** Whether only the pod's own containers reach this address. */
export function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?)$/.test(address);
}

/**
 * A place to listen in its parts: `4180` is a port, `:4180` a port on every address, `127.0.0.1` an address, `localhost:80`
 * both. Undefined for anything else.
 */
export function splitPlace(
  text: string,
): { readonly address: string | undefined; readonly port: number | undefined } | undefined {
  if (/^\d{1,5}$/.test(text)) return { address: undefined, port: Number(text) };
  const match = /^(?:(?:tcp|https?):\/\/)?(\[[\da-f:]*\]|[\w.*-]*)(?::(\d{1,5}))?$/i.exec(text);
  if (!match) return undefined;
  return { address: match[1] ?? '', port: match[2] === undefined ? undefined : Number(match[2]) };
}
