// What arrives on the bus: any bytes are refused, or are a batch with rising ids, a hint or a pulse that is the same
// after being encoded and decoded again. And batches made of the input come back whole, as a chain of pieces of at most
// the given size.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "cluster/codec.hpp"
#include "fuzz/input.hpp"
#include "push/core/check.hpp"

namespace {

using namespace push::cluster;
namespace core = push::core;

constexpr std::size_t kLeast = 128;  // bytes of a payload, so that names and the head of a batch fit

const Codec& codec() {
  static const Codec one("fuzz", "node");
  return one;
}

bool same(const Item& a, const Item& b) {
  return a.id == b.id && a.application == b.application && a.user == b.user && a.json.view == b.json.view;
}

bool same(const Batch& a, const Batch& b) {
  return a.previous == b.previous && a.last == b.last && a.bare == b.bare &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(),
                    [](const Item& x, const Item& y) { return same(x, y); });
}

Batch decoded_batch(const std::string& payload) {
  auto decoded = codec().decode(core::Bytes::copy(payload));
  PUSH_CHECK(std::holds_alternative<Batch>(decoded));
  return std::get<Batch>(std::move(decoded));
}

void check_chain(const Batch& batch) {
  core::MessageId newest = batch.previous;
  for (const Item& item : batch.items) {
    PUSH_CHECK(item.id > newest);
    newest = item.id;
  }
  PUSH_CHECK(newest <= batch.last);
  PUSH_CHECK(!batch.bare || batch.items.empty());
}

void check_bytes(const std::string& bytes) {
  const auto decoded = codec().decode(core::Bytes::copy(bytes));
  if (const Batch* batch = std::get_if<Batch>(&decoded)) {
    check_chain(*batch);
    if (bytes.size() <= Codec::kPiece) {
      const auto payloads = codec().encode(*batch, Codec::kPiece);
      PUSH_CHECK(payloads.size() == 1 && same(decoded_batch(payloads.front()), *batch));
    }
  } else if (const Pulse* pulse = std::get_if<Pulse>(&decoded)) {
    const auto again = codec().decode(core::Bytes::copy(codec().encode(*pulse)));
    PUSH_CHECK(std::get<Pulse>(again).applied == pulse->applied);
    PUSH_CHECK(std::get<Pulse>(again).reaches_database == pulse->reaches_database);
  }
}

Batch batch_of(push::fuzz::Input& input) {
  Batch batch;
  std::uint64_t id = input.word();
  batch.previous = core::MessageId{id};
  while (!input.empty()) {
    id += 1U + input.byte() % 4;
    const std::string json = input.line();
    batch.items.push_back(
        {core::MessageId{id}, core::ApplicationId{input.byte()}, core::UserId{input.byte()}, core::Slice::copy(json)});
  }
  batch.last = core::MessageId{id + 1};
  return batch;
}

// Pieces put together are the batch, without the messages of those that are bare.
void check_pieces(const Batch& batch, std::size_t most) {
  core::MessageId at = batch.previous;
  auto item = batch.items.begin();
  for (const std::string& payload : codec().encode(batch, most)) {
    PUSH_CHECK(payload.size() <= most);
    const Batch piece = decoded_batch(payload);
    PUSH_CHECK(piece.previous == at);
    for (const Item& one : piece.items) PUSH_CHECK(item != batch.items.end() && same(*item++, one));
    while (piece.bare && item != batch.items.end() && item->id <= piece.last) ++item;
    at = piece.last;
  }
  PUSH_CHECK(at == batch.last && item == batch.items.end());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  push::fuzz::Input input(data, size);
  if (input.byte() % 2 == 0) {
    check_bytes(input.rest());
  } else {
    const std::size_t most = kLeast + input.byte();
    check_pieces(batch_of(input), most);
  }
  return 0;
}
