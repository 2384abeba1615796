//go:build tools

// Package loki only names what is built: its module and checksums pin it.
package loki

import _ "github.com/grafana/loki/v3/cmd/loki"
