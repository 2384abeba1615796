//go:build tools

// Package programs names what is built besides the two commands here: the module pins it. All are of
// one module, so that what they have in common is compiled once.
package programs

import (
	_ "github.com/percona/mongodb_exporter"
	_ "github.com/prometheus/prometheus/cmd/prometheus"
	_ "github.com/prometheus/prometheus/cmd/promtool"
)
