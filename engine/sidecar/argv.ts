import { baseName } from '../shell/script.ts';

/** Programs that serve until they are stopped, whatever their arguments. */
const SERVERS =
  /^(?:gunicorn|uvicorn|hypercorn|daphne|waitress-serve|puma|unicorn|php-fpm[\d.]*|http-server|json-server|live-server|supervisord|supercronic|sshd|autossh|websockify|novnc_proxy|dockerd|containerd|buildkitd|X(?:vfb|vnc|org)|x11vnc|dnsmasq|rsyslogd|lighttpd|caddy|fswatch|smbd|vsftpd|chronyd)$/;

/** Programs together with the arguments that make them serve or watch. */
const SERVING: readonly RegExp[] = [
  /^python[\d.]* (?:-\w+ )*-m (?:http\.server|SimpleHTTPServer|uvicorn|gunicorn|hypercorn|aiohttp\.web|websockify)\b/,
  /^(?:python[\d.]* )?\S*manage\.py runserver\b/,
  /^(?:flask|streamlit|chainlit|fastapi) run\b/,
  /^(?:mlflow|next|nuxt|vite|ng|hugo|jekyll|mkdocs|rails) (?:server|serve|start|preview|ui|s)(?: |$)/,
  /^php \S*-S\b/,
  /^(?:nc|ncat|netcat) (?:.* )?(?:-\w*l\w*k|-\w*k\w*l|-k\b.*-l\b|-l\b.*-k\b|--keep-open)/,
  /^socat .*LISTEN\S*fork/i,
  /^ssh (?:.* )?-\w*N/,
  /^crond? (?:.* )?-f\b/,
  /^inotifywait (?:.* )?-(?:m|-monitor)\b/,
  /^(?:kubectl|oc) (?:.* )?(?:proxy|port-forward)\b/,
  /^(?:kubectl|oc) get (?:.* )?(?:-w|--watch)(?:=true)?(?: |$)/,
  /^journalctl (?:.* )?(?:-\w*f|--follow)(?: |$)/,
  /^watch /,
  /^(?:node|bun|deno|ruby|perl|python[\d.]*|java|php|dotnet) (?:-\S+ )*(?:run )?(?:\S*[-_/.])?(?:server|proxy|daemon|sidecar)\.(?:py|m?js|ts|jar|rb|php|pl|dll)(?: |$)/,
];

/** Subcommands and program names that say what they do. */
const SERVE_WORD =
  /^(?:serve|server|runserver|daemon|listen|proxy|port-forward|start-server|start-dev|standalone-server|web-?server|api-?server|serve-\w[\w-]*|\w[\w-]*-(?:serve|server))$/;
const PROGRAM = /(?:^|[-_.])(?:server|serve|proxy|daemon|sidecar)(?:\.(?:sh|py|jar|js))?$/;

/** Flags and values by which a program is told where to listen. */
const LISTEN = /^--?(?:[\w.-]+[-.])?(?:listen|bind)(?:[-_.]?(?:addr|address|host|port|on|tcp|http))?(?:=|$)/i;
const ANY_ADDRESS =
  /^(?:--?[\w.-]+=|-[a-z])?(?:(?:tcp|http|https|ws|grpc):(?:\/\/)?)?(?:0\.0\.0\.0(?::\d+)?|\[::\](?::\d+)?|\*?:\d{2,5})\/?$/i;

/** Programs that only call others or do things to them: what they are given is no word about themselves. */
const CLIENTS =
  /^(?:curl|wget|psql|pg_\w+|mysql\w*|mariadb\w*|redis-cli|valkey-cli|mongo\w*|nc|ncat|netcat|ssh|scp|rsync|dig|nslookup|ping|pidof|pgrep|ps|xargs|which|command|service|systemctl|sh|bash|echo|printf|grep|sed|awk|cat|test|\[+|sleep|kill|pkill|wait-for(?:-it)?(?:\.sh)?|dockerize|kubectl|oc|helm|kustomize|docker|podman|git|gh|aws|gcloud|gsutil|az|terraform|ansible\S*|make|mvn|gradle|pip\d?|apt|apt-get|apk|tar|cp|mv|mkdir|ls|find|jq|yq|k6|spark-submit|torchrun|accelerate)$/;

/** Why a command serves until it is stopped, as its telling word; undefined when nothing says so. */
export function serverWord(words: readonly string[]): string | undefined {
  const [program = '', ...args] = words[0]?.startsWith('-') ? ['', ...words] : words;
  const name = baseName(program);
  const text = [name, ...args].join(' ');
  if (SERVERS.test(name)) return name;
  const serving = SERVING.map((each) => each.exec(text)?.[0]).find((each) => each !== undefined);
  if (serving) return short(serving);
  if (CLIENTS.test(name)) return undefined;
  if (PROGRAM.test(name)) return name;
  // Behind the first flag or path words are values.
  const flag = args.findIndex((arg) => !/^[a-z][\w:-]*$/i.test(arg));
  const subcommands = args.slice(0, flag < 0 ? 3 : Math.min(flag, 3));
  const subcommand = subcommands.find((arg) => SERVE_WORD.test(arg)) ?? (SERVE_WORD.test(name) ? name : undefined);
  return subcommand ?? args.find((arg) => LISTEN.test(arg) || ANY_ADDRESS.test(arg));
}

/** Whether a program only calls others. */
export function isCaller(words: readonly string[]): boolean {
  return CLIENTS.test(baseName(words[0] ?? ''));
}

/** Words of work that ends. */
const TASK =
  /^(?:\w+:)?(?:migrate|migrations?|db-migrate|upgrade-db|backup|restore|dump|test|tests|pytest|check|validate|init|initdb|init-db|setup|install|seed|import|export|load|cleanup|prune|build|lint|bootstrap|once|report|oneshot|run-once)(?::\w+)*$/;
const TASK_PROGRAM = /^(?:.*[-_])?(?:migrate|migrations?|backup|restore|bootstrap|seed|cleanup)(?:\.\w{1,4})?$/;

/** The word by which a command names a task that ends; undefined when there is none. */
export function taskWord(words: readonly string[]): string | undefined {
  const [program = '', ...args] = words;
  const name = baseName(program);
  if (TASK_PROGRAM.test(name) || TASK.test(name)) return name;
  const flag = args.findIndex((arg) => arg.startsWith('-'));
  return args.slice(0, flag < 0 ? 3 : Math.min(flag, 3)).find((arg) => TASK.test(arg));
}

/** Flags and variables that make many programs end after one round. */
const ONCE =
  /^--?(?:run-)?(?:once|one-?shot|one-?time|single-run|exit-after-\w[\w-]*|[\w-]+-only|migrate|dry-run|version|help)(?:=(?:true|1|yes))?$/i;
const ONCE_VARIABLE = /^(?:\w*_)?(?:RUN_ONCE|ONE_?SHOT|ONE_?TIME|EXIT_AFTER_\w+|ONCE)=(?:true|1|yes)$/i;

/** The flag or variable that makes a program end after one round; undefined when there is none. */
export function onceWord(words: readonly string[], env: readonly string[]): string | undefined {
  return words.slice(1).find((word) => ONCE.test(word)) ?? env.find((each) => ONCE_VARIABLE.test(each));
}

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
