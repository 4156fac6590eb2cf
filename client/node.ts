import type { ExtensionContext } from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { startClient } from './client.ts';

/** Called by VS Code when one of the languages is opened. */
export async function activate(context: ExtensionContext): Promise<void> {
  const module = context.asAbsolutePath('dist/server.js');
  await startClient(context, (name, options) => {
    return new LanguageClient('nativeSidecars', name, { module, transport: TransportKind.ipc }, options);
  });
}
