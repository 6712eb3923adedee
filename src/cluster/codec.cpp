#include "cluster/codec.hpp"

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "push/core/check.hpp"

namespace push::cluster {

namespace {

constexpr char kVersion = 1;
constexpr char kBatch = 'b';
constexpr char kLog = 'l';
constexpr char kPulse = 'p';

// Flags of a batch, and of a pulse.
constexpr unsigned kBare = 1;
constexpr unsigned kReachesDatabase = 1;

constexpr std::size_t kBatchHead = 1 + 8 + 8 + 4;
constexpr std::size_t kItemHead = 8 + 8 + 8 + 4;
constexpr std::uint64_t kMaxId = std::numeric_limits<std::int64_t>::max();  // the database's greatest id

static_assert(std::endian::native == std::endian::little);

template <std::unsigned_integral T>
void put(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

void put_id(std::string& out, auto id) {
  put(out, core::value(id));
}

void put_name(std::string& out, const std::string& name) {
  put(out, static_cast<std::uint8_t>(name.size()));
  out += name;
}

void put_item(std::string& out, const Item& item) {
  put_id(out, item.id);
  put_id(out, item.application);
  put_id(out, item.user);
  put(out, static_cast<std::uint32_t>(item.json.view.size()));
  out += item.json.view;
}

// Reads from the front. After a read beyond the end everything is empty, and good() is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  bool good() const { return good_; }
  bool at_end() const { return good_ && rest_.empty(); }

  template <std::unsigned_integral T>
  T number() {
    T value{};
    const std::string_view bytes = text(sizeof value);
    if (good_) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  template <class Id>
  Id id() {
    const auto value = number<std::uint64_t>();
    good_ = good_ && value <= kMaxId;
    return Id{value};
  }
  std::string_view text(std::size_t size) {
    good_ = good_ && size <= rest_.size();
    if (!good_) return {};
    const std::string_view out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  std::string_view name() { return text(number<std::uint8_t>()); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::optional<Batch> read_batch(Reader& reader, const core::Bytes& payload) {
  Batch batch;
  const unsigned flags = reader.number<std::uint8_t>();
  batch.bare = flags == kBare;
  batch.previous = reader.id<core::MessageId>();
  batch.last = reader.id<core::MessageId>();
  const auto count = reader.number<std::uint32_t>();
  if (flags > kBare || batch.previous > batch.last || (batch.bare && count > 0)) return std::nullopt;
  core::MessageId newest = batch.previous;
  for (std::uint32_t i = 0; i < count; ++i) {
    Item item;
    item.id = reader.id<core::MessageId>();
    item.application = reader.id<core::ApplicationId>();
    item.user = reader.id<core::UserId>();
    item.json = core::Slice(payload, reader.text(reader.number<std::uint32_t>()));
    if (!reader.good() || item.id <= newest) return std::nullopt;
    newest = item.id;
    batch.items.push_back(std::move(item));
  }
  if (newest > batch.last) return std::nullopt;
  return batch;
}

std::optional<Pulse> read_pulse(Reader& reader, std::string_view node) {
  Pulse pulse;
  pulse.node = node;
  pulse.applied = reader.id<core::MessageId>();
  const unsigned flags = reader.number<std::uint8_t>();
  if (flags > kReachesDatabase) return std::nullopt;
  pulse.reaches_database = flags == kReachesDatabase;
  return pulse;
}

std::size_t size_of(const Item& item) {
  return kItemHead + item.json.view.size();
}

}  // namespace

Codec::Codec(std::string cluster, std::string node) : cluster_(std::move(cluster)), node_(std::move(node)) {
  PUSH_CHECK(cluster_.size() <= kName && node_.size() <= kName);
}

std::string Codec::begin(char kind) const {
  std::string out(1, kVersion);
  put_name(out, cluster_);
  out += kind;
  put_name(out, node_);
  return out;
}

void Codec::add_piece(const Batch& piece, std::vector<std::string>& payloads) const {
  std::string out = begin(kBatch);
  put(out, static_cast<std::uint8_t>(piece.bare ? kBare : 0));
  put_id(out, piece.previous);
  put_id(out, piece.last);
  put(out, static_cast<std::uint32_t>(piece.items.size()));
  std::size_t size = out.size();
  for (const Item& item : piece.items) size += size_of(item);
  out.reserve(size);
  for (const Item& item : piece.items) put_item(out, item);
  payloads.push_back(std::move(out));
}

std::vector<std::string> Codec::encode(const Batch& batch, std::size_t most) const {
  std::vector<std::string> payloads;
  const std::size_t head = begin(kBatch).size() + kBatchHead;
  const std::size_t wanted = std::min(kPiece, most);
  Batch piece;
  piece.previous = batch.previous;
  piece.bare = batch.bare;
  std::size_t size = head;
  const auto close = [&](core::MessageId last) {
    piece.last = last;
    add_piece(piece, payloads);
    piece = Batch();
    piece.previous = last;
    size = head;
  };
  for (const Item& item : batch.items) {
    const std::size_t more = size_of(item);
    if (!piece.items.empty() && size + more > wanted) close(piece.items.back().id);
    if (piece.bare) close(piece.last);
    size += more;
    piece.bare = size > most;
    piece.last = item.id;
    if (!piece.bare) piece.items.push_back(item);
  }
  close(batch.last);
  return payloads;
}

std::string Codec::encode(LogHint /*hint*/) const {
  return begin(kLog);
}

std::string Codec::encode(const Pulse& pulse) const {
  std::string out = begin(kPulse);
  put_id(out, pulse.applied);
  put(out, static_cast<std::uint8_t>(pulse.reaches_database ? kReachesDatabase : 0));
  return out;
}

std::variant<Refusal, Batch, LogHint, Pulse> Codec::decode(const core::Bytes& payload) const {
  Reader reader(payload.view());
  const auto version = reader.number<std::uint8_t>();
  if (!reader.good()) return Refusal::malformed;
  if (version != kVersion) return Refusal::unknown_version;
  const std::string_view cluster = reader.name();
  if (!reader.good()) return Refusal::malformed;
  if (cluster != cluster_) return Refusal::foreign_cluster;
  const auto kind = static_cast<char>(reader.number<std::uint8_t>());
  const std::string_view node = reader.name();
  if (kind == kBatch) {
    auto batch = read_batch(reader, payload);
    if (batch && reader.at_end()) return *std::move(batch);
  } else if (kind == kPulse) {
    auto pulse = read_pulse(reader, node);
    if (pulse && reader.at_end()) return *std::move(pulse);
  } else if (kind == kLog && reader.at_end()) {
    return LogHint();
  }
  return Refusal::malformed;
}

}  // namespace push::cluster
