import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { clientHost, type Host } from './host.ts';
import { nodeHost } from './node-host.ts';
import { startServer } from './server.ts';

const connection = createConnection(ProposedFeatures.all);
const client = clientHost(connection);
// A virtual workspace is no folder on a disk; VS Code knows its way there.
const hostOf = (uri: string) => (uri.startsWith('file:') ? nodeHost : client);
const host: Host = {
  find: (folder, names, limit) => hostOf(folder).find(folder, names, limit),
  read: (uri) => hostOf(uri).read(uri),
};
startServer(connection, host);
