// Command cadvisor is cAdvisor's own library behind the command line of its official image, without
// the clients of container engines: it reads control groups and asks no engine for anything, so it
// needs no socket, no capability and no other user than nobody. A container is known by its control
// group's name, which ends in its id.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/google/cadvisor/cache/memory"
	"github.com/google/cadvisor/container"
	v2 "github.com/google/cadvisor/info/v2"
	"github.com/google/cadvisor/manager"
	"github.com/google/cadvisor/metrics"
	"github.com/google/cadvisor/utils/sysfs"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
)

// Set when it is linked.
var version = "unknown"

// What the official image leaves out unless it is asked.
const disabledByDefault = "advtcp,cpu_topology,cpuset,hugetlb,memory_numa,pressure,process,referenced_memory,resctrl,sched,tcp,udp"

func main() {
	var disabled container.MetricSet
	must(disabled.Set(disabledByDefault))
	address := flag.String("listen_ip", "", "IP to listen on, defaults to all IPs")
	port := flag.Int("port", 8080, "port to listen")
	prefixes := flag.String("raw_cgroup_prefix_whitelist", "", "A comma-separated list of cgroup path prefix that needs to be collected")
	showVersion := flag.Bool("version", false, "print cAdvisor version and exit")
	flag.Var(&disabled, "disable_metrics", "comma-separated list of metrics to be disabled")
	// Given to the official image, which would otherwise ask an engine; here there is none to be asked.
	flag.Bool("store_container_labels", true, "has no effect here")
	flag.String("docker", "", "has no effect here")
	klog.InitFlags(nil)
	flag.Parse()
	if *showVersion {
		fmt.Println("cAdvisor version", version)
		return
	}

	included := container.AllMetrics.Difference(disabled)
	m, err := manager.New(memory.New(2*time.Minute, nil), sysfs.NewRealSysFs(), manager.HousekeepingConfigFlags, included, http.DefaultClient, strings.Split(*prefixes, ","), nil, "", 0)
	must(err)
	must(m.Start())

	registry := prometheus.NewRegistry()
	registry.MustRegister(
		metrics.NewPrometheusCollector(m, metrics.DefaultContainerLabels, included, clock.RealClock{}, v2.RequestOptions{IdType: v2.TypeName, Count: 1, Recursive: true}),
		metrics.NewPrometheusMachineCollector(m, included),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	http.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, ErrorLog: log.New(os.Stderr, "", log.LstdFlags)}))
	http.HandleFunc("/healthz", func(answer http.ResponseWriter, _ *http.Request) { fmt.Fprint(answer, "ok") })
	must(http.ListenAndServe(net.JoinHostPort(*address, strconv.Itoa(*port)), nil))
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
