export const exactNames = ["a system that is down", "errors of a system that was down", "errors that go on when it is up", "a disk"];

/** Two alerts as they leave Prometheus, written by hand: nothing here comes from the catalogue or its renderer. */
export const exactTests = String.raw`
rule_files: [sms.yml, stack.yml]
evaluation_interval: 1m
tests:
  - name: a system that is down
    interval: 1m
    input_series:
      - series: 'probe_success{job="blackbox",system="sms",service="backend",check="health"}'
        values: '1x5 0x10'
      - series: 'probe_success{job="blackbox",system="sms",service="frontend",check="page"}'
        values: '1x15'
    alert_rule_test:
      - eval_time: 5m
        alertname: ServiceDown
      - eval_time: 6m
        alertname: ServiceDown
      - eval_time: 7m
        alertname: ServiceDown
        exp_alerts:
          - exp_labels: { severity: page, level: P0, system: sms, service: backend, class: down, topic: service-down }
            exp_annotations:
              summary: 'Student Management System is down: backend does not answer'
              description: "Asked through the edge, as visitors do, it gave no good answer for a minute. The command shows its containers' last lines: is it running, can it reach its database? If a restart (npx stackbook restart sms) does not help within 5 minutes, go back to the version before (npx stackbook rollback sms), and open an incident: npx stackbook incident open --help."
              command: 'npx stackbook --stack prod logs sms backend --tail 100'
              runbook: 'npx stackbook --stack prod runbook sms service-down (from sms.md, "Critical Alert: Backend Down (HTTP 500 errors)")'
              value: '0'
  - name: errors of a system that was down
    interval: 1m
    input_series:
      - series: 'probe_success{job="blackbox",system="sms",service="backend",check="health"}'
        values: '1x5 0x5 1x30'
      - series: 'edge_requests_total{job="edge-log",system="sms",service="backend",method="GET",status_class="2xx"}'
        values: '0+60x5 300x5 360+60x30'
      - series: 'edge_requests_total{job="edge-log",system="sms",service="backend",method="GET",status_class="5xx"}'
        values: '0x5 60+60x5 360x30'
    promql_expr_test:
      - expr: 'service:edge_5xx:share{system="sms"} > bool 0.4'
        eval_time: 12m
        exp_samples: [{ labels: '{system="sms",service="backend"}', value: 1 }]
      - expr: 'count(ALERTS{alertname="ServiceDown",alertstate="firing"})'
        eval_time: 10m
        exp_samples: [{ labels: '{}', value: 1 }]
      - expr: 'count(count_over_time(ALERTS{alertname=~"ErrorRate.*|Slo.*",alertstate="firing",severity="page"}[40m]))'
        eval_time: 40m
        exp_samples: []
  - name: errors that go on when it is up
    interval: 1m
    input_series:
      - series: 'probe_success{job="blackbox",system="sms",service="backend",check="health"}'
        values: '1x5 0x5 1x30'
      - series: 'edge_requests_total{job="edge-log",system="sms",service="backend",method="GET",status_class="2xx"}'
        values: '0+60x5 300x5 360+60x30'
      - series: 'edge_requests_total{job="edge-log",system="sms",service="backend",method="GET",status_class="5xx"}'
        values: '0x5 60+60x35'
    promql_expr_test:
      - expr: 'count(ALERTS{alertname="ErrorRate",alertstate="firing",severity="page"})'
        eval_time: 15m
        exp_samples: []
      - expr: 'count(ALERTS{alertname="ErrorRate",alertstate="firing",severity="page"})'
        eval_time: 20m
        exp_samples: [{ labels: '{}', value: 1 }]
  - name: a disk
    interval: 1m
    input_series:
      - series: 'node_filesystem_avail_bytes{job="host",instance="host",service="host",system="stack",device="/dev/sda1",fstype="ext4",mountpoint="/srv"}'
        values: '19x20'
      - series: 'node_filesystem_size_bytes{job="host",instance="host",service="host",system="stack",device="/dev/sda1",fstype="ext4",mountpoint="/srv"}'
        values: '100x20'
      - series: 'node_filesystem_avail_bytes{job="host",instance="host",service="host",system="stack",device="overlay",fstype="overlay",mountpoint="/"}'
        values: '1x20'
      - series: 'node_filesystem_size_bytes{job="host",instance="host",service="host",system="stack",device="overlay",fstype="overlay",mountpoint="/"}'
        values: '100x20'
    alert_rule_test:
      - eval_time: 4m
        alertname: HostDisk
      - eval_time: 6m
        alertname: HostDisk
        exp_alerts:
          - exp_labels: { severity: ticket, level: ticket, system: stack, service: host, instance: host, mountpoint: /srv, class: resources, topic: host-disk }
            exp_annotations:
              summary: "The host's disk /srv is 81% full, 80 % is the limit"
              description: "When it is full, databases stop first. The command shows what takes the room; images and volumes nobody uses go with docker image prune and docker volume prune (look first). On this host: MPS Management Portal, FETMS, MemoApp, Motel Manager, Student Management System. The strictest limits of theirs count: ticket by MPS Management Portal 90 %, MemoApp 90 %, Student Management System 80 %; page by FETMS 90 %, Student Management System 90 %, any host 95 %."
              command: 'df -h -x tmpfs -x overlay; docker system df'
              runbook: 'npx stackbook --stack prod runbook stack host-disk (from mps.md, "Alerting Thresholds")'
              value: '81%'
`;
