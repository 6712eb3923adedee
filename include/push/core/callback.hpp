// A move-only function object, for handlers that own something that cannot be copied (e.g. a net::Reply).
// std::move_only_function is C++23.
#pragma once
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "push/core/check.hpp"

namespace push::core {

template <class Signature>
class Callback;

template <class R, class... Args>
class Callback<R(Args...)> {
 public:
  Callback() = default;
  template <class F>
  requires(!std::is_same_v<std::decay_t<F>, Callback> && std::is_invocable_r_v<R, std::decay_t<F>&, Args...>)
      Callback(F&& f)
      : target_(std::make_unique<Holder<std::decay_t<F>>>(std::forward<F>(f))) {}  // NOLINT: implicit as std::function

  explicit operator bool() const { return target_ != nullptr; }
  R operator()(Args... args) {
    PUSH_CHECK(target_ != nullptr);
    return target_->call(std::forward<Args>(args)...);
  }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual R call(Args... args) = 0;
  };
  template <class F>
  struct Holder final : Base {
    explicit Holder(F f) : function(std::move(f)) {}
    R call(Args... args) override {
      if constexpr (std::is_void_v<R>) {
        static_cast<void>(std::invoke(function, std::forward<Args>(args)...));
      } else {
        return std::invoke(function, std::forward<Args>(args)...);
      }
    }
    F function;
  };
  std::unique_ptr<Base> target_;
};

}  // namespace push::core
