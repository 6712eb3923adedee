#include "store/import/encoder.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "push/core/check.hpp"
#include "push/core/text.hpp"
#include "store/import/times.hpp"
#include "store/postgres/value.hpp"

namespace push::store::importing {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kHashName = "SHA256";
constexpr std::size_t kHashSize = 32;
constexpr std::size_t kHashUsed = 4;  // the sum of these of 2^31 rows still fits a bigint

// A column as the text that is hashed, in SQL; Encoder adds the same to plain_.
std::string plain_sql(const Column& column) {
  const std::string name = quoted(column.name);
  switch (column.kind) {
    case Kind::boolean:
      return name + "::int::text";
    case Kind::bytes:
    case Kind::order:
      return "encode(" + name + ", 'hex')";
    case Kind::time:
      return "(extract(epoch FROM " + name + ") * 1000000)::bigint::text";
    default:
      return name + "::text";
  }
}

// Where the text of at most `count` characters ends.
std::size_t end_of_characters(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  for (; count > 0 && end < text.size(); --count) end += core::next_rune(text.substr(end)).size;
  return end;
}

std::string hex(std::string_view bytes) {
  std::string digits;
  digits.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    digits += kHexDigits[byte >> 4U];
    digits += kHexDigits[byte & 15U];
  }
  return digits;
}

}  // namespace

void Changes::add(std::string_view table, std::string_view column, std::string_view what, std::int64_t id) {
  const std::string name = std::string(table) + "." + std::string(column);
  ImportChange& change = found_[{name, std::string(what)}];
  if (change.rows++ == 0) {
    change.column = name;
    change.what = what;
  }
  if (change.first.size() < ImportChange::kMaxNamed) change.first.push_back(id);
}

std::vector<ImportChange> Changes::list() const {
  std::vector<ImportChange> all;
  for (const auto& [place, change] : found_) all.push_back(change);
  return all;
}

void Encoder::Release::operator()(EVP_MD* hash) const {
  EVP_MD_free(hash);
}

Encoder::Encoder(const Table& table, Changes& changes)
    : table_(table), changes_(changes), hash_(EVP_MD_fetch(nullptr, kHashName.data(), nullptr)) {
  PUSH_CHECK(hash_);
}

std::string Encoder::extract_sql(const Table& table) {
  std::string plain;
  for (const Column& column : table.columns) {
    plain += (plain.empty() ? "" : " || '|' || ") + ("coalesce(" + plain_sql(column) + ", '~')");
  }
  return "SELECT count(*), coalesce(sum(('x' || encode(substring(sha256(convert_to(" + plain +
         ", 'UTF8')) FROM 1 FOR " + std::to_string(kHashUsed) + "), 'hex'))::bit(32)::bigint), 0)::bigint";
}

void Encoder::add(const sqlite::Query& row) {
  plain_.clear();
  extract_.last = row.integer(0);
  for (std::size_t i = 0; i < table_.columns.size(); ++i) {
    if (i > 0) {
      lines_ += '\t';
      plain_ += '|';
    }
    add_value(table_.columns[i], row, static_cast<int>(i));
  }
  lines_ += '\n';
  std::array<unsigned char, kHashSize> hash{};
  PUSH_CHECK(EVP_Digest(plain_.data(), plain_.size(), hash.data(), nullptr, hash_.get(), nullptr) == 1);
  std::uint64_t used = 0;
  for (std::size_t i = 0; i < kHashUsed; ++i) used = used << 8U | hash[i];
  extract_.sum += used;
  ++extract_.rows;
}

void Encoder::add_value(const Column& column, const sqlite::Query& row, int index) {
  if (row.null(index)) return column.required ? add_integer(0) : add_null();
  switch (column.kind) {
    case Kind::integer:
    case Kind::boolean: {
      if (!row.is_integer(index)) note(column, "not a whole number, stored as what SQLite makes of it");
      const std::int64_t value = row.integer(index);
      return add_integer(column.kind == Kind::boolean ? (value != 0 ? 1 : 0) : value);
    }
    case Kind::bytes:
      return add_bytes(row.text(index));
    case Kind::order:
      return row.text(index).empty() ? add_null() : add_bytes(row.text(index));
    case Kind::time:
      return add_time(column, row, index);
    case Kind::text:
    case Kind::name:
      break;
  }
  std::string text(row.text(index));
  if (!postgres::is_text(text)) {
    note(column, "NUL or invalid UTF-8, replaced by U+FFFD");
    postgres::make_text(text);
  }
  if (column.kind == Kind::name && text.size() > kNameLength) {
    const std::size_t end = end_of_characters(text, kNameLength);
    if (end < text.size()) note(column, "longer than 180 characters, cut");
    text.resize(end);
  }
  add_text(std::move(text));
}

void Encoder::add_null() {
  lines_ += "\\N";
  plain_ += '~';
}

void Encoder::add_integer(std::int64_t value) {
  const std::string digits = std::to_string(value);
  lines_ += digits;
  plain_ += digits;
}

void Encoder::add_text(std::string_view text) {
  plain_ += text;
  for (const char c : text) {
    switch (c) {
      case '\\':
        lines_ += "\\\\";
        break;
      case '\n':
        lines_ += "\\n";
        break;
      case '\r':
        lines_ += "\\r";
        break;
      case '\t':
        lines_ += "\\t";
        break;
      default:
        lines_ += c;
    }
  }
}

void Encoder::add_bytes(std::string_view bytes) {
  const std::string digits = hex(bytes);
  lines_ += "\\\\x" + digits;
  plain_ += digits;
}

void Encoder::add_time(const Column& column, const sqlite::Query& row, int index) {
  const auto time = row.is_integer(index) ? time_of_number(row.integer(index)) : time_of_text(row.text(index));
  if (!time) {
    note(column, "no time of the years 1 to 9999, stored as none");
    return add_null();
  }
  if (time->cut) note(column, "nanoseconds, cut to microseconds");
  lines_ += timestamp(time->since_1970);
  plain_ += std::to_string(time->since_1970);
}

}  // namespace push::store::importing
