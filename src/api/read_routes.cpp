#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/context.hpp"
#include "api/respond.hpp"
#include "api/routes.hpp"
#include "push/binder/binder.hpp"
#include "push/model/json.hpp"
#include "push/model/limits.hpp"

namespace push::api {
namespace {

struct ReadForm {
  std::optional<std::uint64_t> up_to;
  std::vector<std::uint64_t> ids;
};

core::Result<ReadForm> read_form(const binder::Source& source) {
  ReadForm marks;
  binder::Form form("ReadMarks");
  form.unsigned_integer("upTo", marks.up_to);
  form.list("ids", marks.ids).at_most_items(model::kMaxMarkedIds);
  if (auto bound = binder::bind(source, form); !bound) return bound.error();
  if (marks.up_to && !marks.ids.empty()) {
    return core::failure(core::ErrorCode::invalid, "Field 'upTo' and field 'ids' must not be set both");
  }
  if (!marks.up_to && marks.ids.empty()) {
    return core::failure(core::ErrorCode::invalid, "Field 'upTo' or field 'ids' is required");
  }
  return marks;
}

}  // namespace

net::Response list_read(Context& context) {
  const auto marks = context.services.store.find_read_marks(context.user());
  if (!marks) return error(marks.error());
  std::string out;
  model::append_json(out, *marks);
  return json(out);
}

void mark_read(Context& context) {
  const auto form = read_form(context.source());
  if (!form) return context.fail(form.error());
  auto answer = context.answer_with(
      [](Context&, const core::Result<void>& marked) { return marked ? empty() : error(marked.error()); });
  if (form->up_to) {
    return context.services.publisher.mark_read_up_to(context.user(), core::MessageId{*form->up_to}, std::move(answer));
  }
  std::vector<core::MessageId> ids;
  ids.reserve(form->ids.size());
  for (const std::uint64_t id : form->ids) ids.push_back(core::MessageId{id});
  context.services.publisher.mark_read(context.user(), std::move(ids), std::move(answer));
}

}  // namespace push::api
