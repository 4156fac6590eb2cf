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
      await showTimeline();
      console.log('[mocha]   ✔ the timeline is shown');
      console.log('[mocha]   2 passing');
      return;
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  console.log('[mocha]   1 failing: no diagnostic came from the Web Worker');
  throw new Error('no diagnostic came from the Web Worker');
}

async function showTimeline(): Promise<void> {
  await vscode.commands.executeCommand('nativeSidecars.showTimeline');
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    if (tabs.some(({ label }) => label === 'Timeline: Job x')) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  console.log('[mocha]   1 failing: no timeline came from the Web Worker');
  throw new Error('no timeline came from the Web Worker');
}
