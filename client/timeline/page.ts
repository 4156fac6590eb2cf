/** What a page needs of its webview. */
export interface PageParts {
  /** The source under which the webview lets files of the extension load. */
  readonly source: string;
  readonly script: string;
  readonly style: string;
  /** New for each page. */
  readonly nonce: string;
}

/** The timeline's page, empty: its script fills it. It loads those two files and nothing else. */
export function timelinePage({ source, script, style, nonce }: PageParts): string {
  const policy = `default-src 'none'; style-src ${source}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Timeline</title>
<link rel="stylesheet" href="${style}">
</head>
<body>
<main>
<header>
<h1 id="title">Timeline</h1>
<p id="version"></p>
<fieldset id="scenarios" hidden><legend class="unseen">What happens</legend></fieldset>
</header>
<p id="nothing" hidden></p>
<section id="before" aria-labelledby="before-title" hidden></section>
<section id="after" aria-labelledby="after-title" hidden></section>
<ul id="notes" hidden></ul>
</main>
<p id="told" class="unseen" role="status" aria-live="polite"></p>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
