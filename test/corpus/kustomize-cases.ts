import { base, job, layers, PATCH, REGULAR, TOP } from '../kustomize.ts';

/** A base and what lies over it, as files. The folder `overlays/top` is built. */
export interface KustomizeCase {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  /** What `fix` makes of some of the files. */
  readonly fixed: Readonly<Record<string, string>>;
}

const JOB = `${REGULAR}        - name: count
          image: registry.example.com/count:1
          command: ["count", "--once"]
`;

const CRON = `apiVersion: batch/v1
kind: CronJob
metadata:
  name: nightly
spec:
  schedule: "0 2 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          initContainers:
            - name: schema
              image: registry.example.com/schema:2
          containers:
            - name: load
              image: registry.example.com/load:1
            - name: proxy
              image: haproxy:2.9
`;

/** A merge patch for the CronJob, with these lines in its pod spec. */
const cronPatch = (...lines: readonly string[]) => `apiVersion: batch/v1
kind: CronJob
metadata:
  name: nightly
spec:
  jobTemplate:
    spec:
      template:
        spec:
${lines.map((line) => `          ${line}\n`).join('')}`;

/** The Job under an overlay with one patch. */
const one = (patch: string, target?: string) => layers(JOB, patch, target);

/** An overlay that holds its merge patch, with a container in this list. */
const holding = (list: string) => `resources: [../../base]
patches:
  - target: { kind: Job }
    patch: |
      kind: Job
      metadata:
        name: any
      spec:
        template:
          spec:
            ${list}:
              - name: proxy
                args: ["-db"]
`;

const TARGET = '{ kind: Job, name: nightly }';
const AT = '/spec/template/spec';

export const CASES: readonly KustomizeCase[] = [
  {
    title: 'a merge patch for the sidecar alone',
    files: one(job('containers:', '  # more room', '  - name: proxy', '    args: ["-db"]')),
    fixed: { [PATCH]: job('initContainers:', '  # more room', '  - name: proxy', '    args: ["-db"]') },
  },
  {
    title: 'a merge patch for the sidecar and the work',
    files: one(job('containers:', '  - name: load', '    args: ["-v"]', '  - name: proxy', '    args: ["-db"]')),
    fixed: {
      [PATCH]: job(
        'initContainers:',
        '  - name: proxy',
        '    args: ["-db"]',
        'containers:',
        '  - name: load',
        '    args: ["-v"]',
      ),
    },
  },
  {
    title: 'a merge patch with a list of init containers',
    files: one(
      job(
        'initContainers:',
        '  - name: wait',
        '    image: registry.example.com/wait:1',
        'containers:',
        '  - name: proxy',
        '    args: ["-db"]',
      ),
    ),
    fixed: {
      [PATCH]: job(
        'initContainers:',
        '  - name: wait',
        '    image: registry.example.com/wait:1',
        '  - name: proxy',
        '    args: ["-db"]',
      ),
    },
  },
  {
    title: 'a merge patch in brackets',
    files: one(job('containers: [{name: proxy, args: ["-db"]}]')),
    fixed: { [PATCH]: job('initContainers: [{name: proxy, args: ["-db"]}]') },
  },
  {
    title: 'a merge patch for a base with an init container, which stays the first',
    files: {
      ...base(CRON, 'namePrefix: a-\nnamespace: night\n'),
      [TOP]: 'resources:\n  - ../../base\npatchesStrategicMerge:\n  - patch.yaml\n',
      [PATCH]: cronPatch('containers:', '- name: proxy', '  image: haproxy:3.0'),
    },
    fixed: { [PATCH]: cronPatch('initContainers:', '- name: schema', '- name: proxy', '  image: haproxy:3.0') },
  },
  {
    title: 'a merge patch that takes the sidecar out',
    files: one(job('containers:', '  - name: proxy', '    $patch: delete')),
    fixed: { [PATCH]: job('initContainers:', '  - name: proxy', '    $patch: delete') },
  },
  {
    title: 'a merge patch inside the kustomization, its target told',
    files: { ...base(JOB), [TOP]: holding('containers') },
    fixed: { [TOP]: holding('initContainers') },
  },
  {
    title: 'a JSON patch by index',
    files: one(
      `- op: replace
  path: ${AT}/containers/0/image
  value: haproxy:3.0
- op: add
  path: "${AT}/containers/1/args"
  value: ["-v"]
- op: add
  path: ${AT}/containers/-
  value: { name: extra, image: "registry.example.com/extra:1" }
- op: add
  path: ${AT}/containers/3/args
  value: ["--last"]
`,
      TARGET,
    ),
    fixed: {
      [PATCH]: `- op: replace
  path: ${AT}/initContainers/0/image
  value: haproxy:3.0
- op: add
  path: "${AT}/containers/0/args"
  value: ["-v"]
- op: add
  path: ${AT}/containers/-
  value: { name: extra, image: "registry.example.com/extra:1" }
- op: add
  path: ${AT}/containers/2/args
  value: ["--last"]
`,
    },
  },
  {
    title: 'a JSON patch that takes the sidecar out',
    files: one(
      `[{"op": "remove", "path": "${AT}/containers/0"}, {"op": "add", "path": "${AT}/containers/1/args", "value": ["-v"]}]\n`,
      TARGET,
    ),
    fixed: {
      [PATCH]: `[{"op": "remove", "path": "${AT}/initContainers/0"}, {"op": "add", "path": "${AT}/containers/1/args", "value": ["-v"]}]\n`,
    },
  },
  {
    title: 'overlays over overlays, and a component',
    files: {
      ...base(JOB),
      'parts/more/kustomization.yaml': `kind: Component
apiVersion: kustomize.config.k8s.io/v1alpha1
patchesJson6902:
  - target: { group: batch, version: v1, kind: Job, name: nightly }
    path: more.json
`,
      'parts/more/more.json': `[\n  { "op": "add", "path": "${AT}/containers/0/tty", "value": true }\n]\n`,
      'overlays/middle/kustomization.yaml': `resources: [../../base]
components: [../../parts/more]
nameSuffix: -m
patches:
  - path: middle.yaml
`,
      'overlays/middle/middle.yaml': job('containers:', '- name: proxy', '  args: ["-db"]'),
      [TOP]: `resources: [../middle]
patches:
  - path: patch.yaml
    target: { kind: Job, name: nightly-m }
  - path: merge.yaml
`,
      [PATCH]: `- op: replace\n  path: ${AT}/containers/0/image\n  value: haproxy:3.1\n`,
      'overlays/top/merge.yaml': job('containers:', '- name: proxy', '  stdin: true').replace('nightly', 'nightly-m'),
    },
    fixed: {
      'parts/more/more.json': `[\n  { "op": "add", "path": "${AT}/initContainers/0/tty", "value": true }\n]\n`,
      'overlays/middle/middle.yaml': job('initContainers:', '- name: proxy', '  args: ["-db"]'),
      [PATCH]: `- op: replace\n  path: ${AT}/initContainers/0/image\n  value: haproxy:3.1\n`,
      'overlays/top/merge.yaml': job('initContainers:', '- name: proxy', '  stdin: true').replace(
        'nightly',
        'nightly-m',
      ),
    },
  },
];
