// npm run docs: writes what follows from the rules and the manifest. With --check it only compares.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { importBundled } from './bundle.mjs';

const isCheck = process.argv.includes('--check');
const { DEFAULT_VERSIONS, ALL_RULES, analyze, timeline, timelineMermaid, timelineSvg, timelineText } =
  await importBundled('engine/index.ts');
const { KINDS, SILENT_KINDS } = await importBundled('engine/kube/kinds.ts');
const { VERSION_FACTS } = await importBundled('engine/kube/version.ts');
const { EVIDENCE } = await importBundled('engine/sidecar/evidence.ts');
const { CONFIG_SCHEMA, OPTIONS } = await importBundled('engine/config/schema.ts');
const { IMAGES, ONE_SHOT_IMAGES } = await importBundled('engine/sidecar/images.ts');
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
let stale = 0;

const CONFIDENCES = ['certain', 'likely', 'possible'];
const severities = (rule) => CONFIDENCES.map((confidence) => rule.severity(confidence, DEFAULT_VERSIONS));

const properties = manifest.contributes.configuration.properties;
const own = [
  'enable',
  ...OPTIONS.filter(({ setting }) => setting).map(({ name }) => name),
  'codeLens',
  'inlayHints',
  'trace.server',
];
const generated = Object.fromEntries(
  OPTIONS.filter(({ setting }) => setting).map(({ name, schema, description, otherwise, setting }) => [
    `nativeSidecars.${name}`,
    {
      scope: 'resource',
      ...jsonSchema(setting.schema ?? schema, 'markdownDescription'),
      default: setting.default,
      markdownDescription: `${description} Otherwise: ${otherwise}.`,
    },
  ]),
);
manifest.contributes.configuration.properties = Object.fromEntries(
  own.map((name, index) => {
    const key = `nativeSidecars.${name}`;
    return [key, { ...(generated[key] ?? properties[key]), order: index + 1 }];
  }),
);
manifest.contributes.yamlValidation = [{ fileMatch: '.native-sidecars.yaml', url: './docs/config.schema.json' }];
write('package.json', `${JSON.stringify(manifest, null, 2)}\n`);

const configSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'The configuration of Native Sidecars: .native-sidecars.yaml',
  ...jsonSchema(CONFIG_SCHEMA, 'description'),
};
write('docs/config.schema.json', `${JSON.stringify(configSchema, null, 2)}\n`);

const ruleTable = (prefix) =>
  table(
    ['rule', 'says', ...CONFIDENCES],
    ALL_RULES.map((rule) => [`[${rule.id}](${prefix}${rule.id}.md)`, rule.title, ...severities(rule)]),
  );
const settings = Object.entries(manifest.contributes.configuration.properties).sort(
  ([, a], [, b]) => a.order - b.order,
);
const parts = {
  rules: ruleTable('docs/rules/'),
  versions: table(
    ['version', 'native sidecars'],
    VERSION_FACTS.nativeSidecar.stages
      .filter(({ stage }) => stage)
      .map(({ since, stage, meaning }) => [since, `${stage}: ${meaning}`]),
  ),
  settings: table(
    ['setting', 'default', 'what it does'],
    settings.map(([name, each]) => [`\`${name}\``, `\`${JSON.stringify(each.default)}\``, each.markdownDescription]),
  ),
  commands: table(
    ['command', 'id'],
    manifest.contributes.commands
      .filter(
        ({ command }) =>
          !manifest.contributes.menus.commandPalette.some((each) => each.command === command && each.when === 'false'),
      )
      .map(({ command, title, category }) => [`${category}: ${title}`, `\`${command}\``]),
  ),
};
const drawn = (file, scenario) => {
  const text = readFileSync(file, 'utf8');
  return timeline(analyze(text), text.indexOf('containers'), { scenario });
};
const fence = (language, text) => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
const twoSidecars = drawn('examples/job-with-two-sidecars.yaml', 'success');
parts.timeline = fence('text', timelineText(twoSidecars));
fill('README.md', parts);
write('docs/images/timeline.svg', timelineSvg(twoSidecars));
fill('docs/timeline.md', {
  text: fence('text', timelineText(drawn('examples/cronjob-with-proxy.yaml', 'success'))),
  failure: fence('text', timelineText(drawn('examples/cronjob-with-proxy.yaml', 'failure'))),
  mermaid: fence('mermaid', timelineMermaid(drawn('examples/cronjob-with-proxy.yaml', 'success'))),
});
const groupName = (group) => (group === '' ? 'core' : group);
fill('docs/kinds.md', {
  checked: table(
    ['kind', 'API group', 'pod templates'],
    KINDS.map(({ group, kind, templates }) => [
      kind,
      groupName(group),
      templates.map((path) => (path === '' ? 'itself' : `\`${path}\``)).join('<br>'),
    ]),
  ),
  silent: table(
    ['kinds', 'API group', 'why'],
    SILENT_KINDS.map(([group, kinds, reason]) => [kinds.replaceAll(' ', ', '), groupName(group), reason]),
  ),
});
fill('docs/versions.md', {
  facts: table(
    ['field', 'from', 'is', 'because', 'source'],
    Object.values(VERSION_FACTS).flatMap(({ field, stages, source }) =>
      stages.map(({ since, state, stage, meaning }, index) => [
        index === 0 ? field : '',
        index === 0 ? `up to ${minorBefore(stages[1].since)}` : since,
        state,
        stage ? `${stage}: ${meaning}` : meaning,
        index === 0 ? source : '',
      ]),
    ),
  ),
});
fill('docs/images.md', {
  images: Object.entries(IMAGES).map(imageGroup).join('\n\n'),
  'one-shots': table(
    ['what', 'images'],
    Object.entries(ONE_SHOT_IMAGES).map(([what, images]) => [what, images.map(code).join(', ')]),
  ),
});
fill('docs/detection.md', {
  evidence: table(
    ['speaks', 'how much', 'what'],
    Object.values(EVIDENCE).map(({ speaks, strength, title }) => [speaks, strength, title]),
  ),
});
fill('docs/configuration.md', {
  keys: table(
    ['key', 'what it does', 'otherwise', 'also a setting'],
    OPTIONS.map(({ name, description, otherwise, setting }) => [
      code(name),
      description,
      otherwise,
      setting ? code(`nativeSidecars.${name}`) : 'no',
    ]),
  ),
});
fill('docs/rules/README.md', { rules: ruleTable('') });
for (const rule of ALL_RULES) {
  const file = `docs/rules/${rule.id}.md`;
  if (!existsSync(file)) {
    console.log(`${file} is missing: write the page of the rule '${rule.id}'`);
    stale += 1;
    continue;
  }
  const header = [
    `# ${rule.id}`,
    '',
    `${rule.title}.`,
    '',
    table(['certain', 'likely', 'possible'], [severities(rule)]),
  ];
  fill(file, { header: header.join('\n') });
}
if (isCheck && stale > 0) console.log('run npm run docs');
process.exitCode = stale > 0 ? 1 : 0;

function imageGroup([title, families]) {
  const rows = families.map((family) => [
    `${family.id}${family.role === 'helper' ? '' : ` (${family.role})`}`,
    family.images.map((image) => code(family.tag === undefined ? image : `${image}:*${family.tag}*`)).join(', '),
    family.needs === undefined ? 'always' : alternatives(family.needs),
    family.ends === undefined ? '' : alternatives(family.ends),
    family.startupProbe ? probeOf(family.startupProbe) : '',
    family.quit ? `${code(`:${family.quit.port}${family.quit.path}`)}${conditions(family.quit)}` : '',
  ]);
  return [`## ${title}`, '', table(['family', 'images', 'runs', 'ends with', 'startup probe', 'quits at'], rows)].join(
    '\n',
  );
}

/** The schema in JSON Schema's words alone, with descriptions under the name that their reader knows. */
function jsonSchema(schema, describe) {
  const { noun, description, properties, items, anyOf, ...more } = schema;
  const each = (child) => jsonSchema(child, describe);
  return {
    ...more,
    ...(description && { [describe]: description }),
    ...(properties && {
      additionalProperties: false,
      properties: Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, each(child)])),
    }),
    ...(items && { items: each(items) }),
    ...(anyOf && { anyOf: anyOf.map(each) }),
  };
}

function minorBefore(version) {
  const [major, minor] = version.split('.');
  return `${major}.${minor - 1}`;
}

function alternatives(text) {
  return text
    .split(' | ')
    .map((each) => (each === '<none>' ? 'no arguments' : code(each)))
    .join(', ');
}

function probeOf({ type, command, port, path = '', scheme, ...more }) {
  const call = type === 'exec' ? command.join(' ') : `${scheme === 'HTTPS' ? 'https ' : ''}:${port}${path}`;
  return `${type} ${code(call)}${conditions(more)}`;
}

/** What an endpoint asks for, and where it listens without that. */
function conditions({ requires = [], configured, bind }) {
  const asked = [...[requires].flat().map(code), ...(configured === undefined ? [] : [configured])];
  return `${asked.length > 0 ? ` with ${asked.join(', ')}` : ''}${bind === undefined ? '' : ` (else on ${bind})`}`;
}

function code(text) {
  return `\`${text}\``;
}

/** Puts generated text between `<!-- NAME -->` and `<!-- /NAME -->`. */
function fill(file, texts) {
  let text = readFileSync(file, 'utf8');
  for (const [name, generated] of Object.entries(texts)) {
    const marked = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
    if (!marked.test(text)) {
      console.log(`${file} has no place for '${name}': add <!-- ${name} --> and <!-- /${name} -->`);
      stale += 1;
    }
    text = text.replace(marked, (_, start, end) => `${start}${generated}\n${end}`);
  }
  write(file, text);
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function write(file, text) {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  if (isCheck) {
    console.log(`${file} is stale`);
    stale += 1;
  } else {
    writeFileSync(file, text);
    console.log(`wrote ${file}`);
  }
}
