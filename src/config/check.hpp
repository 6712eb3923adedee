// Whether a string is a valid value of its setting.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace push::config {

bool has_control_character(std::string_view text);
bool is_not_empty(const std::string& text);
// RFC 9110 5.6.2: a header name, a method.
bool is_token(const std::string& text);
// What a header of every response must not be called: no header name, or one of the server's own framing (RFC 9110
// 7.6.1, 8.6). From "must" on; empty if it is good.
std::string why_no_free_header(const std::string& name);
// Empty, an IPv4 or IPv6 address (brackets allowed), a host name, or unix:<path>.
bool is_address(const std::string& text);
// A host name, which may not look like an IP address.
bool is_host(const std::string& text);
// An IPv4 or IPv6 address, or a network: 10.0.0.0/8.
bool is_network(const std::string& text);
// What is wrong with a text that must be a core::Pattern, and not empty. From "must" on; empty if nothing is.
std::string why_no_pattern(const std::string& text);
// A connection string of any of Gotify's databases that may contain a password, even if it is misspelt.
bool has_password(std::string_view connection);
// Not empty, and not the DSN of a MySQL or PostgreSQL server, because that would create a file with a password in its
// name.
bool is_file(const std::string& connection);
// Not empty, and of one of the two forms of PostgreSQL's connection strings: words name=value, or a URL.
bool is_postgres(const std::string& connection);

// What is wrong with the name of a node, the prefix of NATS subjects, or a list of NATS servers: a text from "must" on,
// or empty if nothing is. The name of a node may be empty.
std::string why_no_node(const std::string& name);
std::string why_no_subject(const std::string& prefix);
std::string why_no_nats_url(const std::string& urls);
// host[:port] of the first NATS server that is not on this machine and has no user in its URL; empty = none.
std::string open_nats_server(const std::string& urls);

// The same of the contact of Web Push, which may be empty, and of a push service: [http[s]://][*.]host[:port].
std::string why_no_push_subject(const std::string& subject);
std::string why_no_push_service(const std::string& pattern);

// The name of one of Gotify's levels: a name in any case, or a number from -1 (trace) to 7 (disabled).
std::optional<std::string> log_level(std::string_view text);

// [::1] as ::1
std::string without_brackets(std::string_view address);

}  // namespace push::config
