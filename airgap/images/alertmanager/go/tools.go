//go:build tools

// Package alertmanager only names what is built: its module and checksums pin it.
package alertmanager

import (
	_ "github.com/prometheus/alertmanager/cmd/alertmanager"
	_ "github.com/prometheus/alertmanager/cmd/amtool"
)
