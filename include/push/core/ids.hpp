// Strong identifiers. All come from the database's own counters (dense, ascending, below 2^53 so that JavaScript
// clients represent them exactly); 0 means "none". Distinct enum types, so that a client id is never passed for a user
// id.
#pragma once
#include <cstdint>
#include <functional>

namespace push::core {

enum class UserId : std::uint64_t {};
enum class ApplicationId : std::uint64_t {};
enum class ClientId : std::uint64_t {};
enum class MessageId : std::uint64_t {};
enum class EventId : std::uint64_t {};

template <class Id>
constexpr std::uint64_t value(Id id) {
  return static_cast<std::uint64_t>(id);
}

}  // namespace push::core
