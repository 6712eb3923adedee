// A change by callback as a call that returns its outcome: await(store, &Store::delete_client, user, client).
#pragma once
#include <tuple>
#include <utility>

#include "push/core/await.hpp"

namespace push::test {

template <class Callback>
struct OutcomeOf;
template <class T>
struct OutcomeOf<core::Callback<void(T)>> {
  using type = T;
};

// `change` is a member function of `target` whose last parameter is a Callback<void(T)>; returns that T.
template <class Target, class Class, class... Parameters, class... Arguments>
auto await(Target& target, void (Class::*change)(Parameters...), Arguments&&... arguments) {
  using Done = std::tuple_element_t<sizeof...(Parameters) - 1, std::tuple<Parameters...>>;
  return core::await<typename OutcomeOf<Done>::type>(
      [&](Done done) { (target.*change)(std::forward<Arguments>(arguments)..., std::move(done)); });
}

}  // namespace push::test
