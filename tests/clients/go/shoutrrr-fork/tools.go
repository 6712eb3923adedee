//go:build tools

package tools

import _ "github.com/nicholas-fedor/shoutrrr/shoutrrr"
