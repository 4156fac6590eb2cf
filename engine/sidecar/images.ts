/** A family of images that run one program. */
export interface ImageFamily {
  readonly id: string;
  /**
   * `helper`: beside a main container almost always; `service`: a server that others use, often a one-shot client by
   * another command; `either`: as often the work itself.
   */
  readonly role: 'helper' | 'service' | 'either';
  /** Repository paths without registry and tag; `*` stands for any run of characters but `/`. */
  readonly images: readonly string[];
  /** Base names of the programs that make a container of the family a daemon. */
  readonly processes: readonly string[];
  /** The daemon runs only when the arguments match. */
  readonly needs?: RegExp;
  /** Arguments or `NAME=value` variables with which the program ends by itself. */
  readonly ends?: RegExp;
  /** The tag must match, where one repository holds several programs. */
  readonly tag?: RegExp;
}

type Extra = Pick<ImageFamily, 'needs' | 'ends' | 'tag'>;

function family(id: string, role: ImageFamily['role'], images: string, processes = '', extra: Extra = {}): ImageFamily {
  return { id, role, images: images.split(' '), processes: processes === '' ? [id] : processes.split(' '), ...extra };
}

const helper = (id: string, images: string, processes?: string, extra?: Extra) =>
  family(id, 'helper', images, processes, extra);
const service = (id: string, images: string, processes?: string, extra?: Extra) =>
  family(id, 'service', images, processes, extra);
const either = (id: string, images: string, processes?: string, extra?: Extra) =>
  family(id, 'either', images, processes, extra);

/** Known images. Where one is both a daemon and a one-shot tool, `needs` and `ends` tell by the arguments. */
export const IMAGE_FAMILIES: readonly ImageFamily[] = [
  // Database proxies
  helper(
    'cloud-sql-proxy',
    'cloud-sql-connectors/cloud-sql-proxy cloudsql-docker/gce-proxy',
    'cloud-sql-proxy cloud_sql_proxy',
    {
      ends: /(^| )(shutdown|wait|--help|--version)( |$)/,
    },
  ),
  helper('alloydb-auth-proxy', 'alloydb-connectors/alloydb-auth-proxy', '', { ends: /(^| )(shutdown|wait)( |$)/ }),
  helper('pgadapter', 'cloud-spanner-pg-adapter/pgadapter'),
  helper('pgbouncer', 'pgbouncer pgbouncer-docker pgbouncer-sidecar'),
  helper('pgpool', 'pgpool/pgpool bitnami*/pgpool'),
  helper('odyssey', '*/odyssey'),
  helper('pgcat', 'postgresml/pgcat'),
  helper('proxysql', 'proxysql'),
  helper('mysql-router', 'mysql/community-router mysql/mysql-router', 'mysqlrouter'),
  helper('maxscale', 'mariadb/maxscale'),
  helper('twemproxy', '*/twemproxy */nutcracker', 'nutcracker'),
  helper('mcrouter', '*/mcrouter'),
  helper('kafka-proxy', 'grepplabs/kafka-proxy'),
  // Service meshes and proxies
  helper('istio-proxy', '*/proxyv2 proxyv2 */proxyv2-rhel*', 'pilot-agent envoy', {
    needs: /^$|proxy|sidecar/,
    ends: /istio-(clean-)?iptables|pilot-agent (wait|request)/,
  }),
  helper('linkerd-proxy', 'linkerd/proxy buoyantio/proxy', 'linkerd2-proxy'),
  helper('consul-dataplane', 'consul-dataplane'),
  helper('kuma-dp', 'kuma-dp kuma-dp-ubi'),
  helper('envoy', 'envoyproxy/envoy* */aws-appmesh-envoy chainguard/envoy bitnami*/envoy', '', {
    ends: /--mode (validate|init_only)|--version/,
  }),
  helper('daprd', 'daprio/daprd dapr/daprd'),
  helper('traffic-agent', 'telepresenceio/tel2 datawire/tel2'),
  either('nginx', 'nginx nginx-unprivileged openresty/openresty', '', { ends: /(^| )-(t|T|v|V|s)( |$)/ }),
  either('haproxy', 'haproxy haproxytech/haproxy-*', '', { ends: /(^| )-(c|v|vv)( |$)/ }),
  either('traefik', 'traefik', '', { ends: /(^| )(version|healthcheck)( |$)/ }),
  either('caddy', 'caddy', '', { ends: /(^| )(validate|fmt|adapt|hash-password)( |$)/ }),
  either('httpd', 'httpd bitnami*/apache', 'httpd httpd-foreground'),
  helper('oauth2-proxy', 'oauth2-proxy oauth2_proxy origin-oauth-proxy ose-oauth-proxy*', 'oauth2-proxy oauth-proxy'),
  helper('kube-rbac-proxy', 'kube-rbac-proxy ose-kube-rbac-proxy origin-kube-rbac-proxy'),
  helper(
    'gatekeeper-proxy',
    'gogatekeeper/gatekeeper louketo/louketo-proxy keycloak/keycloak-gatekeeper',
    'gatekeeper',
  ),
  helper('pomerium', 'pomerium/pomerium'),
  helper('ghostunnel', '*/ghostunnel'),
  helper('stunnel', '*/stunnel'),
  // Policy, identity and secrets
  helper('opa', 'openpolicyagent/opa', '', {
    needs: /(^| )(--server|-s)( |$)/,
    ends: /(^| )(eval|test|check|build|fmt|exec)( |$)/,
  }),
  helper('azure-workload-identity-proxy', 'workload-identity/proxy', 'proxy'),
  helper('aws-sigv4-proxy', '*/aws-sigv4-proxy'),
  helper('aws-signing-helper', 'rolesanywhere/credential-helper */aws-signing-helper', 'aws_signing_helper', {
    needs: /serve/,
  }),
  helper('aws-secrets-manager-agent', '*/aws-secretsmanager-agent', 'aws_secretsmanager_agent'),
  helper('aws-ssm-agent', '*/amazon-ssm-agent', 'amazon-ssm-agent'),
  helper('kiam', 'jtblin/kube2iam uswitch/kiam', 'kube2iam kiam'),
  helper('tbot', 'gravitational/tbot-distroless', '', { ends: /--oneshot/ }),
  helper('teleport', 'gravitational/teleport*'),
  helper('spiffe-helper', 'spiffe/spiffe-helper', '', { ends: /daemon[-_]mode[ =]"?false/ }),
  helper('spire-agent', 'spire-agent', '', { ends: /healthcheck|api fetch/ }),
  helper('vault-agent', 'vault vault-enterprise openbao', 'vault bao', {
    needs: /(^| )(agent|proxy)( |$)/,
    ends: /-exit-after-auth|exit_after_auth *= *true/,
  }),
  helper('consul-template', 'hashicorp/consul-template', '', { ends: /(^| )--?once( |$)/ }),
  helper('conjur-secrets-provider', 'cyberark/secrets-provider-for-k8s', 'secrets-provider', {
    ends: /CONTAINER_MODE=(init|application)/,
  }),
  helper('infisical-agent', 'infisical/cli infisical/infisical', 'infisical', { needs: /(^| )agent( |$)/ }),
  helper('onepassword-connect', '1password/connect-*', 'connect-api connect-sync'),
  // Files and configuration
  helper('git-sync', 'git-sync', '', {
    ends: /--?one-time(?!=false)|GIT_?SYNC_ONE_TIME=true/,
  }),
  helper('configmap-reload', '*/configmap-reload configmap-reload'),
  helper('config-reloader', 'prometheus-config-reloader', 'prometheus-config-reloader', {
    ends: /--watch-interval[ =]0( |$)/,
  }),
  helper('k8s-sidecar', 'kiwigrid/k8s-sidecar', 'sidecar.py', { ends: /METHOD=LIST/ }),
  helper('kubectl-proxy', 'kubectl', 'kubectl', { needs: /(^| )(proxy|port-forward)( |$)/ }),
  helper('gcsfuse', 'gcs-fuse-csi-driver-sidecar-mounter'),
  helper('rclone', 'rclone/rclone', '', { needs: /(^| )(mount|serve|rcd)( |$)/ }),
  helper('s3fs', '*/s3fs */goofys */s3proxy', 's3fs goofys'),
  helper('juicefs', 'juicedata/mount', 'juicefs'),
  // Logs
  helper('fluent-bit', 'fluent-bit aws-for-fluent-bit fluent-bit-plugin-loki newrelic-fluentbit-output', '', {
    ends: /--dry-run/,
  }),
  helper('fluentd', 'fluentd fluentd-kubernetes-daemonset fluentd-gcp', '', { ends: /--dry-run/ }),
  helper('filebeat', 'filebeat filebeat-oss filebeat-wolfi', '', { ends: /(^| )(--once|test|setup|export)( |$)/ }),
  helper('metricbeat', 'metricbeat metricbeat-oss', '', { ends: /(^| )(test|setup|export)( |$)/ }),
  helper('elastic-agent', 'elastic-agent'),
  helper('logstash', 'logstash logstash-oss*', '', { ends: /(^| )(-t|--config\.test_and_exit)( |$)/ }),
  helper('vector', 'timberio/vector chainguard/vector vector', '', {
    ends: /(^| )(validate|test|graph|vrl|generate)( |$)/,
  }),
  helper('promtail', 'grafana/promtail', '', { ends: /--dry-run|--stdin|--check-syntax/ }),
  helper('alloy', 'grafana/alloy', '', { ends: /(^| )(fmt|convert|validate|tools)( |$)/ }),
  helper('grafana-agent', 'grafana/agent', 'agent grafana-agent'),
  helper('splunk-forwarder', 'splunk/universalforwarder', 'splunkd'),
  helper('rsyslog', '*/rsyslog syslog_appliance_alpine', 'rsyslogd'),
  helper('syslog-ng', 'syslog-ng axosyslog'),
  // Telemetry
  helper(
    'otel-collector',
    'opentelemetry-collector opentelemetry-collector-* aws-otel-collector splunk-otel-collector',
    'otelcol otelcol-contrib awscollector',
    {
      ends: /(^| )(validate|components)( |$)/,
    },
  ),
  helper('signalfx-agent', 'signalfx/signalfx-agent'),
  helper('datadog-agent', 'datadog/agent datadoghq/agent datadoghq.azurecr.io/agent', 'trace-agent process-agent'),
  helper('dogstatsd', '*/dogstatsd'),
  helper('newrelic-infra', 'newrelic/infrastructure*'),
  helper('cloudwatch-agent', '*/cloudwatch-agent', 'start-amazon-cloudwatch-agent'),
  helper('xray-daemon', '*/aws-xray-daemon', 'xray'),
  helper('jaeger', 'jaegertracing/*', 'jaeger-agent all-in-one'),
  service('zipkin', 'openzipkin/zipkin*'),
  helper('telegraf', 'telegraf', '', { ends: /(^| )(--once|--test|config|version|secrets)( |$)/ }),
  helper('collectd', '*/collectd', '', { ends: /(^| )-(t|T)( |$)/ }),
  helper('netdata', 'netdata/netdata'),
  helper('carbon-relay', '*/carbon-relay-ng', 'carbon-relay-ng'),
  helper('thanos-sidecar', '*/thanos', 'thanos', { needs: /(^| )sidecar( |$)/ }),
  helper('stackdriver-prometheus', 'stackdriver-prometheus-sidecar'),
  helper('statsd-exporter', '*/statsd-exporter'),
  helper('pushgateway', '*/pushgateway'),
  helper('exporter', '*/*-exporter */*_exporter', 'node_exporter postgres_exporter redis_exporter mysqld_exporter'),
  // Tunnels and networks
  helper('tailscale', 'tailscale/tailscale', 'tailscaled containerboot', { ends: /^tailscale / }),
  helper('wireguard', '*/wireguard */wireguard-go'),
  helper('openvpn', '*/openvpn */openvpn-client'),
  helper('gluetun', 'gluetun', 'gluetun-entrypoint', { ends: /(^| )(healthcheck|clientkey|update)( |$)/ }),
  helper('cloudflared', 'cloudflare/cloudflared', '', { ends: /(^| )(login|create|list|version|access)( |$)/ }),
  helper('ngrok', '*/ngrok'),
  helper('chisel', 'jpillora/chisel'),
  helper('frp', '*/frpc */frps', 'frpc frps'),
  helper('ssh-tunnel', '*/autossh */ssh-tunnel*', 'autossh'),
  helper('socat', 'alpine/socat', 'socat', { needs: /LISTEN/i }),
  helper('squid', '*/squid'),
  helper('tor', '*/torproxy */tor */tor-simple */tor-socks-proxy */privoxy', 'tor privoxy'),
  helper('mitmproxy', 'mitmproxy/mitmproxy', 'mitmdump mitmweb mitmproxy'),
  helper('tinyproxy', '*/tinyproxy */3proxy', 'tinyproxy 3proxy'),
  helper('dns', 'coredns */dnsmasq */unbound', 'coredns dnsmasq unbound'),
  // Build daemons
  helper('docker-in-docker', 'docker', 'dockerd dockerd-entrypoint.sh', { tag: /dind/ }),
  helper('buildkitd', 'moby/buildkit', '', { ends: /buildctl/ }),
  helper('podman-service', '*/podman podman/stable', '', { needs: /system service/ }),
  // Servers that tests and jobs use
  service(
    'postgres',
    'postgres bitnami*/postgresql postgis/postgis timescale/timescaledb pgvector/pgvector supabase/postgres',
  ),
  service('mysql', 'mysql mariadb percona bitnami*/mysql bitnami*/mariadb mysql/community-server', 'mysqld mariadbd'),
  service('mongo', 'mongo bitnami*/mongodb mongodb-community-server', 'mongod mongos'),
  service('redis', 'redis valkey redis-stack-server keydb dragonfly', 'redis-server valkey-server keydb-server'),
  service('memcached', 'memcached'),
  service('rabbitmq', 'rabbitmq', 'rabbitmq-server'),
  service('kafka', 'apache/kafka* confluentinc/cp-kafka bitnami*/kafka redpandadata/redpanda', 'redpanda', {
    ends: /\.sh( |$)/,
  }),
  service('zookeeper', 'zookeeper cp-zookeeper'),
  service('elasticsearch', 'elasticsearch opensearch'),
  service('clickhouse', 'clickhouse-server'),
  service('cassandra', 'cassandra scylladb/scylla', 'cassandra scylla'),
  service('cockroach', 'cockroachdb/cockroach', '', { needs: /(^| )start(-single-node)?( |$)/ }),
  service('neo4j', 'neo4j'),
  service('etcd', 'etcd'),
  service('nats', 'nats', 'nats-server'),
  service('minio', 'minio/minio bitnami*/minio', '', { needs: /^$|(^| )server( |$)/ }),
  service('localstack', 'localstack/localstack*', 'localstack-supervisor'),
  service('dynamodb-local', 'amazon/dynamodb-local'),
  service('azurite', 'azure-storage/azurite'),
  service('gcloud-emulator', 'google-cloud-cli cloud-sdk google/cloud-sdk', 'gcloud', { needs: /emulators .*start/ }),
  service(
    'cloud-emulator',
    'cloud-spanner-emulator/emulator fsouza/fake-gcs-server messagebird/gcloud-pubsub-emulator',
    'fake-gcs-server',
  ),
  service('wiremock', 'wiremock/wiremock */mockserver mendhak/http-https-echo kennethreitz/httpbin', 'mockserver'),
  service('mailpit', 'axllent/mailpit mailhog/mailhog', 'mailpit MailHog'),
  service('selenium', 'selenium/* seleniarm/* instrumentisto/geckodriver', 'geckodriver chromedriver'),
  service('headless-browser', 'browserless/* chromedp/headless-shell', '', { ends: /--screenshot|--dump-dom/ }),
  service('gotenberg', 'gotenberg/gotenberg apache/tika', 'gotenberg'),
  service('temporal', 'temporalio/auto-setup temporalio/server', 'temporal-server'),
  service('keycloak', 'keycloak/keycloak', 'kc.sh', { needs: /(^| )start(-dev)?( |$)/ }),
  service('registry', 'registry project-zot/zot-linux-*', 'registry'),
];
