//go:build tools

package tools

import _ "github.com/containrrr/shoutrrr/shoutrrr"
