import * as vscode from 'vscode';

/** Called by VS Code's Web Worker extension host: the server runs in a worker and finds the sidecar. */
export async function run(): Promise<void> {
  const content = [
    'apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: x\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n',
    '      containers:\n      - name: work\n        image: alpine\n      - name: haproxy\n        image: haproxy:2.9\n',
  ].join('');
  const document = await vscode.workspace.openTextDocument({ content, language: 'yaml' });
  await vscode.window.showTextDocument(document);
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const [diagnostic] = vscode.languages
      .getDiagnostics(document.uri)
      .filter(({ source }) => source === 'native-sidecars');
    if (diagnostic && document.getText(diagnostic.range) === 'haproxy') {
      console.log('[mocha]   ✔ the server runs in a Web Worker');
      console.log('[mocha]   1 passing');
      return;
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  console.log('[mocha]   1 failing: no diagnostic came from the Web Worker');
  throw new Error('no diagnostic came from the Web Worker');
}
