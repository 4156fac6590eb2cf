import { type ExtensionContext, Uri } from 'vscode';
import { LanguageClient } from 'vscode-languageclient/browser';
import { startClient } from './client.ts';

declare const Worker: new (url: string) => ConstructorParameters<typeof LanguageClient>[2] extends infer W ? W : never;

/** Called by VS Code in a browser when one of the languages is opened. */
export async function activate(context: ExtensionContext): Promise<void> {
  const script = Uri.joinPath(context.extensionUri, 'dist/server.browser.js');
  await startClient(context, (name, options) => {
    return new LanguageClient('nativeSidecars', name, new Worker(script.toString(true)), options);
  });
}
