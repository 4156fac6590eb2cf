import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const CRON_JOB = `apiVersion: batch/v1
kind: CronJob
metadata:
  name: nightly
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            # The work.
            - name: backup
              image: alpine:3.20
              command: ["tar", "cz", "/data"]
            # The proxy.
            - name: haproxy # over the replicas
              image: haproxy:2.9
`;

const FIXED = CRON_JOB.replace(
  /( {10}containers:\n[\s\S]*)( {12}# The proxy\.\n {12}- name: haproxy # over the replicas\n {14}image: haproxy:2\.9\n)/,
  '          initContainers:\n$2              restartPolicy: Always\n$1',
);

/** Asks until the answer is there: the server answers in its own time. */
async function until<T>(what: string, ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    // A busy editor may cancel a question: it is asked again.
    const answer = await Promise.resolve()
      .then(ask)
      .catch(() => undefined);
    if (answer !== undefined) return answer;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`waited in vain for ${what}`);
}

/** Acts until the document has the text: a command may meet an editor that is not ready. */
async function untilText(document: vscode.TextDocument, expected: string, act: () => unknown): Promise<void> {
  try {
    await until('the text', async () => {
      await act();
      return document.getText() === expected ? true : undefined;
    });
  } catch {
    assert.equal(document.getText(), expected);
  }
}

const found = (document: vscode.TextDocument) =>
  vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === 'native-sidecars');

const finding = (document: vscode.TextDocument) => until('a diagnostic', () => found(document)[0]);
const nothing = (document: vscode.TextDocument) =>
  until('no diagnostic', () => (found(document).length === 0 ? true : undefined));

async function open(content: string, language = 'yaml'): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument({ content, language });
  return vscode.window.showTextDocument(document);
}

async function actionsAt(
  document: vscode.TextDocument,
  range: vscode.Range,
  kind?: string,
): Promise<vscode.CodeAction[]> {
  return until('code actions', async () => {
    const command = 'vscode.executeCodeActionProvider';
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(command, document.uri, range, kind, 20);
    return actions.length > 0 ? actions : undefined;
  });
}

suite('Native Sidecars in VS Code', () => {
  teardown(async () => {
    await vscode.workspace
      .getConfiguration('nativeSidecars')
      .update('rules', undefined, vscode.ConfigurationTarget.Global);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  test('an unsaved file is checked while it is typed', async () => {
    const editor = await open('');
    const [head = '', tail = ''] = CRON_JOB.split('            # The proxy.');
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), head));
    await nothing(editor.document);
    const end = editor.document.lineAt(editor.document.lineCount - 1).range.end;
    await editor.edit((edit) => edit.insert(end, `            # The proxy.${tail}`));
    const diagnostic = await finding(editor.document);
    assert.equal(editor.document.getText(diagnostic.range), 'haproxy');
    assert.equal(diagnostic.severity, vscode.DiagnosticSeverity.Warning);
    const code = diagnostic.code as { value: string; target: vscode.Uri };
    assert.equal(code.value, 'non-native-sidecar');
    assert.match(code.target.path, /docs\/rules\/non-native-sidecar\.md$/);
    assert.match(diagnostic.relatedInformation?.[0]?.message ?? '', /haproxy:2\.9/);
  });

  test('the preferred quick fix makes the move by keyboard, and one undo takes it back', async () => {
    const editor = await open(CRON_JOB);
    const { range } = await finding(editor.document);
    await actionsAt(editor.document, range);
    await untilText(editor.document, FIXED, async () => {
      // The command works on the editor that has the focus, and a window that is still opening may take it away.
      await vscode.window.showTextDocument(editor.document, { selection: new vscode.Range(range.start, range.start) });
      await vscode.commands.executeCommand('editor.action.autoFix');
    });
    await nothing(editor.document);
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), CRON_JOB);
  });

  test('the quick fixes are offered by name', async () => {
    const editor = await open(CRON_JOB);
    const { range } = await finding(editor.document);
    const actions = await actionsAt(editor.document, range, 'quickfix');
    const titles = actions.map(({ title }) => title);
    assert.ok(titles.includes("Make 'haproxy' a native sidecar"), titles.join(', '));
    assert.ok(titles.includes('Open the page of non-native-sidecar'), titles.join(', '));
    assert.equal(actions.find(({ title }) => title.startsWith('Make'))?.isPreferred, true);
  });

  test('a Dockerfile beside a Job with pkill loses the package that was there for it', async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
    const write = async (name: string, text: string) => {
      const uri = vscode.Uri.joinPath(folder.uri, 'orders', name);
      await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
      return uri;
    };
    const killing = CRON_JOB.replace('alpine:3.20', 'registry.example.com/shop/orders:4')
      .replace('["tar", "cz", "/data"]', '["sh", "-c", "./orders; pkill haproxy"]')
      .replace('          containers:', '          shareProcessNamespace: true\n          containers:');
    await write('job.yaml', killing);
    const install = 'RUN apt-get update && apt-get install -y curl procps && rm -rf /var/lib/apt/lists/*\n';
    const before = `FROM debian:12\n${install}COPY orders /orders\n`;
    const uri = await write('Dockerfile', before);
    try {
      const document = await vscode.languages.setTextDocumentLanguage(
        await vscode.workspace.openTextDocument(uri),
        'dockerfile',
      );
      await vscode.window.showTextDocument(document);
      const { range, severity, tags, code } = await finding(document);
      assert.equal(document.getText(range), 'procps');
      assert.equal(severity, vscode.DiagnosticSeverity.Hint);
      assert.deepEqual(tags, [vscode.DiagnosticTag.Unnecessary]);
      assert.equal((code as { value: string }).value, 'procps-for-pkill');
      const edit = await until('a fix', async () => {
        const actions = await actionsAt(document, range, 'quickfix');
        return actions.find((action) => action.title.startsWith("Remove 'procps'"))?.edit;
      });
      assert.ok(await vscode.workspace.applyEdit(edit));
      assert.equal(document.getText(), before.replace('curl procps', 'curl'));
      await vscode.commands.executeCommand('undo');
      assert.equal(document.getText(), before);
    } finally {
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder.uri, 'orders'), { recursive: true });
    }
  });

  test('a refactoring makes a native sidecar regular, another one native again, and undo takes both back', async () => {
    const editor = await open(FIXED);
    const { document } = editor;
    const take = async (title: string, word: string) => {
      const at = document.positionAt(document.getText().indexOf(word));
      const edit = await until(title, async () => {
        const actions = await actionsAt(document, new vscode.Range(at, at), 'refactor.rewrite');
        return actions.find((action) => action.title === title)?.edit;
      });
      assert.equal(edit.size, 1);
      assert.ok(await vscode.workspace.applyEdit(edit));
    };
    await take("Make 'haproxy' a regular container", 'restartPolicy: Always');
    assert.equal(document.getText(), CRON_JOB);
    await finding(document);
    await take("Make 'backup' a native sidecar", 'image: alpine');
    assert.match(document.getText(), /initContainers:\n {12}# The work\.\n {12}- name: backup\n/);
    for (const expected of [CRON_JOB, FIXED]) {
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('undo');
      assert.equal(document.getText(), expected);
    }
  });

  test('a file is fixed on save', async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
    const uri = vscode.Uri.joinPath(folder.uri, 'fix-on-save.yaml');
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(CRON_JOB));
    const settings = vscode.workspace.getConfiguration('editor');
    const onSave = { 'source.fixAll.nativeSidecars': 'explicit' };
    await settings.update('codeActionsOnSave', onSave, vscode.ConfigurationTarget.Global);
    try {
      const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
      await finding(editor.document);
      await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '# saved\n'));
      await until('the fixed file', async () => {
        await editor.document.save();
        return editor.document.getText() === `# saved\n${FIXED}` ? true : undefined;
      });
    } finally {
      await settings.update('codeActionsOnSave', undefined, vscode.ConfigurationTarget.Global);
      await vscode.workspace.fs.delete(uri);
    }
  });

  test('the command fixes the whole file', async () => {
    const editor = await open(`${CRON_JOB}---\n${CRON_JOB}`);
    await until('two diagnostics', () => (found(editor.document).length === 2 ? true : undefined));
    await untilText(editor.document, `${FIXED}---\n${FIXED}`, () =>
      vscode.commands.executeCommand('nativeSidecars.fixFile'),
    );
  });

  test('a hover explains the flagged container and the fields of native ones', async () => {
    const editor = await open(`${CRON_JOB}---\n${FIXED}`);
    await finding(editor.document);
    const text = editor.document.getText();
    const second = text.indexOf('---');
    for (const [word, expected] of [
      ['haproxy #', /is a regular container[\s\S]*1\.29/],
      ['initContainers', /native sidecar[\s\S]*stable/],
      ['restartPolicy: Always', /keeps running beside/],
    ] as const) {
      const offset = text.indexOf(word, word === 'haproxy #' ? 0 : second);
      const position = editor.document.positionAt(offset + 1);
      const shown = await until(`a hover on ${word}`, async () => {
        const command = 'vscode.executeHoverProvider';
        const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(command, editor.document.uri, position);
        const contents = hovers.flatMap((hover) => hover.contents.map((each) => (each as vscode.MarkdownString).value));
        return contents.find((each) => expected.test(each));
      });
      assert.match(shown, /kubernetes\.io/);
    }
  });

  for (const name of ['SidecarCronJob', 'SidecarJob', 'SidecarCronJobFailing', 'SidecarContainer']) {
    test(`the snippet ${name} is inserted and has nothing to report`, async () => {
      const editor = await open('');
      const items = await until(`the completion ${name}`, async () => {
        const command = 'vscode.executeCompletionItemProvider';
        const at = new vscode.Position(0, 0);
        const list = await vscode.commands.executeCommand<vscode.CompletionList>(command, editor.document.uri, at);
        const item = list.items.find(({ label }) => (typeof label === 'string' ? label : label.label) === name);
        return item && [item];
      });
      const snippet = items[0]?.insertText;
      assert.ok(snippet instanceof vscode.SnippetString);
      await editor.insertSnippet(snippet);
      assert.match(editor.document.getText(), /restartPolicy: Always/);
      if (name !== 'SidecarContainer') assert.match(editor.document.getText(), /^apiVersion: batch\/v1$/m);
      await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '# done\n'));
      await until('an answer', () =>
        vscode.commands.executeCommand('vscode.executeHoverProvider', editor.document.uri, new vscode.Position(0, 0)),
      );
      assert.deepEqual(found(editor.document), []);
    });
  }

  test('a changed setting counts at once', async () => {
    const editor = await open(CRON_JOB);
    await finding(editor.document);
    const settings = vscode.workspace.getConfiguration('nativeSidecars');
    await settings.update('rules', { 'non-native-sidecar': 'off' }, vscode.ConfigurationTarget.Global);
    await nothing(editor.document);
    await settings.update('rules', { 'non-native-sidecar': 'hint' }, vscode.ConfigurationTarget.Global);
    const diagnostic = await finding(editor.document);
    assert.equal(diagnostic.severity, vscode.DiagnosticSeverity.Hint);
  });

  for (const language of ['helm', 'json']) {
    test(`the language id ${language} is checked`, async () => {
      const text = language === 'json' ? JSON.stringify(JOB, null, 2) : CRON_JOB;
      const editor = await open(text, language);
      assert.equal(editor.document.languageId, language);
      const diagnostic = await finding(editor.document);
      assert.match(editor.document.getText(diagnostic.range), /haproxy/);
    });
  }

  test('a quick fix ignores a finding with a comment, and one that hides nothing can go', async () => {
    const { document } = await open(CRON_JOB);
    const take = async (title: string) => {
      const [diagnostic] = found(document);
      assert.ok(diagnostic);
      const edit = await until(title, async () => {
        const actions = await actionsAt(document, diagnostic.range, 'quickfix');
        return actions.find((action) => action.title === title)?.edit;
      });
      assert.ok(await vscode.workspace.applyEdit(edit));
    };
    await finding(document);
    await take('Ignore non-native-sidecar here');
    const comment = '            # native-sidecars-ignore non-native-sidecar: say why\n';
    const ignored = CRON_JOB.replace('            - name: haproxy', (line) => comment + line);
    assert.equal(document.getText(), ignored);
    const isAbout = (text: RegExp) =>
      until(String(text), () =>
        found(document).find(({ message, code }) => {
          return (code as { value: string }).value === 'unused-suppression' && text.test(message);
        }),
      );
    assert.equal((await isAbout(/^Say why/)).severity, vscode.DiagnosticSeverity.Hint);
    const edit = async (from: string, to: string) => {
      const start = document.getText().indexOf(from);
      const change = new vscode.WorkspaceEdit();
      const range = new vscode.Range(document.positionAt(start), document.positionAt(start + from.length));
      change.replace(document.uri, range, to);
      await vscode.workspace.applyEdit(change);
    };
    await edit('say why', 'the operator deletes the pod');
    await nothing(document);
    await edit('haproxy:2.9', 'alpine:3.20');
    await isAbout(/^There is nothing of 'non-native-sidecar' to ignore here/);
    await take('Remove what is ignored in vain');
    assert.equal(document.getText(), CRON_JOB.replace('haproxy:2.9', 'alpine:3.20'));
  });

  test('the configuration counts before the settings, is checked, completed and watched', async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
    const below = vscode.Uri.joinPath(folder.uri, 'configured');
    const config = vscode.Uri.joinPath(below, '.native-sidecars.yaml');
    const job = vscode.Uri.joinPath(below, 'jobs', 'job.yaml');
    const write = (uri: vscode.Uri, text: string) => vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    const settings = vscode.workspace.getConfiguration('nativeSidecars');
    await write(job, CRON_JOB);
    try {
      // In tabs of their own: nobody asks about a document whose tab another one has taken.
      const show = async (uri: vscode.Uri) =>
        vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
      const { document } = await show(job);
      const severity = (wanted: vscode.DiagnosticSeverity) =>
        until(`severity ${wanted}`, () => found(document).find((each) => each.severity === wanted));
      await severity(vscode.DiagnosticSeverity.Warning);
      await settings.update('rules', { 'non-native-sidecar': 'hint' }, vscode.ConfigurationTarget.Global);
      await severity(vscode.DiagnosticSeverity.Hint);
      await write(config, 'rules:\n  non-native-sidecar: error\nexlude: []\n');
      await severity(vscode.DiagnosticSeverity.Error);

      const about = (uri: vscode.Uri) =>
        vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'native-sidecars');
      const told = "There is no key 'exlude' here. Did you mean 'exclude'?";
      await until('a problem in a file that is not open', () => about(config).find(({ message }) => message === told));
      const editor = await show(config);
      await until('one problem, not two', () => (about(config).length === 1 ? true : undefined));
      assert.equal(editor.document.getText(about(config)[0]?.range), 'exlude');

      const whole = new vscode.Range(0, 0, editor.document.lineCount, 0);
      await editor.edit((edit) => edit.replace(whole, 'rules:\n  non-native-sidecar: '));
      const complete = async (line: number, character: number) => {
        const at = new vscode.Position(line, character);
        const command = 'vscode.executeCompletionItemProvider';
        const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(command, config, at);
        return items.map(({ label }) => (typeof label === 'string' ? label : label.label));
      };
      await until('severities', async () => ((await complete(1, 22)).includes('warning') ? true : undefined));
      await editor.edit((edit) => edit.replace(new vscode.Range(0, 0, 9, 0), 'rules:\n  ki'));
      await until('rules', async () => ((await complete(1, 4)).includes('kill-workaround') ? true : undefined));
      await editor.edit((edit) => edit.replace(new vscode.Range(0, 0, 9, 0), 'mains:\n  names: [haproxy]\n'));
      await nothing(document);
      await editor.edit((edit) => edit.replace(new vscode.Range(0, 0, 9, 0), 'exclude: [jobs]\n'));
      await editor.document.save();
      await until('an empty list', () => (about(config).length === 0 ? true : undefined));
      await nothing(document);
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      await vscode.workspace.fs.delete(config);
      await severity(vscode.DiagnosticSeverity.Hint);
    } finally {
      await vscode.workspace.fs.delete(below, { recursive: true });
    }
  });

  test('the timeline opens beside the editor, follows edits and the cursor, and tells when there is no pod', async () => {
    const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const timeline = () =>
      tabs().find(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('.timeline'));
    const titled = (title: string) =>
      until(`the title ${title}`, () => {
        const labels = tabs().map(({ label }) => label);
        return labels.includes(title) ? true : undefined;
      });
    const editor = await open(`${CRON_JOB}---\n${CRON_JOB.replace('nightly', 'weekly')}`);
    await finding(editor.document);
    await vscode.commands.executeCommand('nativeSidecars.showTimeline');
    await titled('Timeline: CronJob nightly');
    assert.equal(vscode.window.activeTextEditor, editor, 'the focus stays in the editor');
    assert.notEqual(timeline()?.group.viewColumn, editor.viewColumn);
    const name = editor.document.positionAt(CRON_JOB.indexOf('nightly'));
    await editor.edit((edit) => edit.replace(new vscode.Range(name, name.translate(0, 7)), 'hourly'));
    await titled('Timeline: CronJob hourly');
    const other = editor.document.positionAt(editor.document.getText().indexOf('weekly'));
    editor.selection = new vscode.Selection(other, other);
    await titled('Timeline: CronJob weekly');
    const kind = editor.document.positionAt(editor.document.getText().lastIndexOf('CronJob'));
    await editor.edit((edit) => edit.replace(new vscode.Range(kind, kind.translate(0, 7)), 'Deployment'));
    await titled('Timeline');
    await vscode.commands.executeCommand('nativeSidecars.showTimeline', editor.document.uri.toString(), {
      line: 0,
      character: 0,
    });
    await titled('Timeline: CronJob hourly');
    assert.equal(tabs().filter(({ label }) => label.startsWith('Timeline')).length, 1, 'one panel is enough');
    const shown = timeline();
    assert.ok(shown);
    await vscode.window.tabGroups.close(shown);
  });

  test('code lenses tell of each pod and lead to its timeline; hints tell the order of init containers', async () => {
    const { document } = await open(FIXED);
    const lenses = () =>
      until('code lenses', async () => {
        const command = 'vscode.executeCodeLensProvider';
        const all = await vscode.commands.executeCommand<vscode.CodeLens[]>(command, document.uri, 10);
        const own = all.flatMap(({ command: each }) => (each?.command === 'nativeSidecars.showTimeline' ? each : []));
        return own.length > 0 ? own : undefined;
      });
    const titles = (await lenses()).map(({ title }) => title);
    assert.deepEqual(titles.sort(), ['1 native sidecar · Job completes: yes', 'Show timeline']);
    const settings = vscode.workspace.getConfiguration('nativeSidecars');
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    await settings.update('inlayHints', true, vscode.ConfigurationTarget.Global);
    try {
      const [hint] = await until('an inlay hint', async () => {
        const command = 'vscode.executeInlayHintProvider';
        const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>(command, document.uri, whole);
        return hints.length > 0 ? hints : undefined;
      });
      assert.equal(hint?.label, 'starts 1st');
    } finally {
      await settings.update('inlayHints', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  test('the server starts again on command', async () => {
    const editor = await open(CRON_JOB);
    await finding(editor.document);
    await vscode.commands.executeCommand('nativeSidecars.restartServer');
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '# again\n'));
    const diagnostic = await until('a diagnostic in its new place', () =>
      found(editor.document).find(({ range }) => range.start.line === 18),
    );
    assert.equal(editor.document.getText(diagnostic.range), 'haproxy');
  });

  test('every command is there', async () => {
    const commands = await vscode.commands.getCommands(true);
    for (const name of ['fixFile', 'showTimeline', 'openRules', 'openRule', 'restartServer', 'showOutput']) {
      assert.ok(commands.includes(`nativeSidecars.${name}`), name);
    }
    await vscode.commands.executeCommand('nativeSidecars.showOutput');
  });
});

const JOB = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'x' },
  spec: {
    template: {
      spec: {
        restartPolicy: 'Never',
        containers: [
          { name: 'work', image: 'alpine' },
          { name: 'haproxy', image: 'haproxy:2.9' },
        ],
      },
    },
  },
};
