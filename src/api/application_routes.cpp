#include "api/routes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/context.hpp"
#include "api/list_writer.hpp"
#include "api/respond.hpp"
#include "push/auth/token.hpp"
#include "push/binder/binder.hpp"
#include "push/core/log.hpp"
#include "push/model/json.hpp"
#include "push/model/limits.hpp"

namespace push::api {
namespace {

// Gotify's words, grammar included (protocol 1.6).
core::Error no_such_application(const Context& context) {
  return core::failure(core::ErrorCode::not_found, "app with id " + std::to_string(context.id) + " doesn't exists");
}

// The application that the path names, if it is the user's own. Checked before the body is read.
core::Result<model::Application> own_application(Context& context) {
  auto found = context.services.store.find_application(core::ApplicationId{context.id});
  if (!found) return std::move(found).error();
  if (!*found || (*found)->user != context.user()) return no_such_application(context);
  return **std::move(found);
}

// The store's error about the path's application, in Gotify's words.
net::Response application_refusal(const Context& context, const core::Error& refused) {
  return error(refused.code == core::ErrorCode::not_found ? no_such_application(context) : refused);
}

// The fields that POST and PUT share: a store::NewApplication's or a store::ApplicationChange's.
template <class Wanted>
core::Result<void> bind_params(const Context& context, Wanted& wanted) {
  binder::Form form("ApplicationParams");
  form.text("name", wanted.name).required().at_most_bytes(model::kMaxName);
  form.text("description", wanted.description).at_most_bytes(model::kMaxDescription);
  form.integer("defaultPriority", wanted.default_priority);
  form.text("sortKey", wanted.sort_key).at_most_bytes(model::kMaxSortKey).printable();
  return binder::bind(context.source(), form);
}

// Shows the stored token, unless the caller has replaced it.
net::Response show(const model::Application& application) {
  std::string out;
  model::append_json(out, application, true);
  return json(out);
}

// What holds, and the application's own part of it, which PUT replaces: null = as configured.
net::Response show(const store::Retention& own, const config::Retention& configured) {
  const auto text = [](const std::optional<std::uint64_t>& value) { return value ? std::to_string(*value) : "null"; };
  return json("{\"days\":" + std::to_string(own.days.value_or(configured.days)) +
              ",\"count\":" + std::to_string(own.count.value_or(configured.count)) +
              ",\"own\":{\"days\":" + text(own.days) + ",\"count\":" + text(own.count) + "}}");
}

core::ApplicationId application_id(const Context& context) {
  return core::ApplicationId{context.id};
}

// Before the change, so that its answer is not refused afterwards. It repeats the texts, six bytes for one at worst.
bool reserve_answer(Context& context, std::string_view name, std::string_view description, std::string_view sort_key) {
  constexpr std::size_t kEscaped = 6;
  constexpr std::size_t kOtherFields = 1024;
  return context.reserve(kEscaped * (name.size() + description.size() + sort_key.size()) + kOtherFields);
}

// Answers with the application. Afterwards one picture of two is left: the old one if the change failed, both if it is
// not known whether it did.
void change_image(Context& context, const model::Application& own, const std::string& image) {
  if (!reserve_answer(context, own.name, own.description, own.sort_key)) {
    return context.finish_without({image}, error(too_many_answers()));
  }
  context.services.accounts.set_application_image(
      context.user(), application_id(context), image,
      [self = context.shared_from_this(), image](const core::Result<store::ImageChange>& change) {
        self->guarded([&](Context& same) {
          if (change) return same.finish_without({change->former_image}, show(change->application));
          const bool unknown = change.error().code == core::ErrorCode::internal;
          same.finish_without({unknown ? std::string() : image}, application_refusal(same, change.error()));
        });
      });
}

}  // namespace

net::Response list_applications(Context& context) {
  ListWriter list(context);
  const auto read = context.services.store.list_applications(context.user(), [&](const model::Application& row) {
    return list.add([&](std::string& out) { model::append_json(out, row, context.lists_tokens()); });
  });
  return read ? list.finish() : error(read.error());
}

void create_application(Context& context) {
  store::NewApplication wanted;
  if (auto bound = bind_params(context, wanted); !bound) return context.fail(bound.error());
  if (!reserve_answer(context, wanted.name, wanted.description, wanted.sort_key)) {
    return context.fail(too_many_answers());
  }
  wanted.user = context.user();
  auth::MintedToken token = auth::mint_application_token(context.token_form());
  wanted.token = token.stored;
  wanted.most = context.services.config.server.maxapplications;
  const auto answer = [shown = std::move(token.shown)](Context& same, core::Result<model::Application> stored) {
    if (!stored && stored.error().code == core::ErrorCode::not_found) return unauthorized(auth::unauthorized_text());
    if (!stored) return application_refusal(same, stored.error());
    stored->token = shown;
    return show(*stored);
  };
  context.services.accounts.create_application(std::move(wanted), context.answer_with(answer));
}

void update_application(Context& context) {
  if (auto own = own_application(context); !own) return context.fail(own.error());
  store::ApplicationChange wanted;
  if (auto bound = bind_params(context, wanted); !bound) return context.fail(bound.error());
  if (!reserve_answer(context, wanted.name, wanted.description, wanted.sort_key)) {
    return context.fail(too_many_answers());
  }
  const auto answer = [](Context& same, const core::Result<model::Application>& stored) {
    return stored ? show(*stored) : application_refusal(same, stored.error());
  };
  context.services.accounts.update_application(context.user(), application_id(context), std::move(wanted),
                                               context.answer_with(answer));
}

void delete_application(Context& context) {
  context.services.accounts.delete_application(
      context.user(), application_id(context),
      [self = context.shared_from_this()](const core::Result<std::string>& image) {
        self->guarded([&](Context& same) {
          if (!image) return same.finish(application_refusal(same, image.error()));
          same.finish_without({*image}, empty());
        });
      });
}

void secure_application(Context& context) {
  if (auto own = own_application(context); !own) return context.fail(own.error());
  bool regenerate = false;
  binder::Form form("SecurityUpdateAction");
  form.boolean("regenerateToken", regenerate);
  if (auto bound = binder::bind(context.source(), form); !bound) return context.fail(bound.error());
  if (!regenerate) return context.finish(json("{}"));
  auth::MintedToken token = auth::mint_application_token(context.token_form());
  const auto answer = [shown = std::move(token.shown)](Context& same, const core::Result<model::Application>& stored) {
    if (!stored) return application_refusal(same, stored.error());
    std::string out = "{\"regenerateToken\":{\"token\":";
    model::append_json_string(out, shown);
    out += "}}";
    return json(out);
  };
  context.services.accounts.set_application_token(context.user(), application_id(context), std::move(token.stored),
                                                  context.answer_with(answer));
}

net::Response find_retention(Context& context) {
  if (auto own = own_application(context); !own) return error(own.error());
  const auto rule = context.services.store.find_retention(application_id(context));
  return rule ? show(*rule, context.services.config.retention) : error(rule.error());
}

void set_retention(Context& context) {
  if (auto own = own_application(context); !own) return context.fail(own.error());
  std::optional<std::int64_t> days;  // signed, for the text about a negative one
  std::optional<std::int64_t> count;
  binder::Form form("RetentionParams");
  form.integer("days", days).at_least(0).at_most(static_cast<std::int64_t>(store::kMaxRetentionDays));
  form.integer("count", count).at_least(0).at_most(static_cast<std::int64_t>(store::kMaxRetentionCount));
  if (auto bound = binder::bind(context.source(), form); !bound) return context.fail(bound.error());
  const store::Retention wanted{days, count};
  const auto answer = [wanted](Context& same, const core::Result<void>& set) {
    return set ? show(wanted, same.services.config.retention) : application_refusal(same, set.error());
  };
  context.services.accounts.set_retention(context.user(), application_id(context), wanted, context.answer_with(answer));
}

void upload_application_image(Context& context) {
  const auto own = own_application(context);
  if (!own) return context.fail(own.error());
  const auto upload = binder::find_upload(context.source(), "file");
  if (!upload) return context.fail(upload.error());
  if (!*upload) return context.finish(bad_request("file with key 'file' must be present"));
  const auto image = context.services.images.save((*upload)->file_name, (*upload)->content.view);
  if (!image) {
    if (image.error().code != core::ErrorCode::invalid)
      spdlog::error("cannot save image error=\"{}\"", image.error().text);
    return context.fail(image.error());
  }
  if (!context.services.store.keeps_pictures()) return change_image(context, *own, *image);
  context.services.accounts.keep_picture(
      *image, (*upload)->content.view,
      [self = context.shared_from_this(), own = *own, image = *image](const core::Result<void>& kept) {
        self->guarded([&](Context& same) {
          if (kept) return change_image(same, own, image);
          same.finish_without({image}, application_refusal(same, kept.error()));
        });
      });
}

void remove_application_image(Context& context) {
  const auto own = own_application(context);
  if (!own) return context.fail(own.error());
  if (own->image.empty()) {
    return context.finish(
        bad_request("app with id " + std::to_string(context.id) + " does not have a customized image"));
  }
  change_image(context, *own, "");
}

}  // namespace push::api
