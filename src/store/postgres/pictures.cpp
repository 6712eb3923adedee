// The pictures of applications (table sharded_gotify_images).
#include <string>
#include <string_view>
#include <utility>

#include "store/postgres/changes.hpp"
#include "store/postgres/parts.hpp"
#include "store/postgres/pictures.hpp"
#include "store/postgres/rows.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr std::string_view kFind = "SELECT data FROM sharded_gotify_images WHERE name = $1";
constexpr std::string_view kKeep =
    "INSERT INTO sharded_gotify_images (name, data) VALUES ($1, $2) ON CONFLICT DO NOTHING";
constexpr std::string_view kForget = "DELETE FROM sharded_gotify_images WHERE name = $1";

}  // namespace

void forget_picture(Transaction& transaction, const std::string& name) {
  if (!name.empty()) transaction.write(kForget, std::string_view(name));
}

Result<std::optional<std::string>> Store::find_picture(std::string_view name) {
  if (!is_text(name)) return std::optional<std::string>();
  return parts_->readers.read([name](Connection& reader) { return one(reader, read_text<Row>, kFind, name); });
}

void Store::keep_picture(std::string_view name, std::string_view bytes, Done<void> done) {
  change(parts_->writer, {}, How::alone, std::move(done),
         [name = std::string(name), bytes = std::string(bytes)](Transaction& transaction) -> Plan<void> {
           transaction.write(kKeep, std::string_view(name), Blob{bytes});
           return Result<void>();
         });
}

}  // namespace push::store::postgres
