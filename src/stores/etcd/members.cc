/// Connections, and the first calls on them.
// SPDX-License-Identifier: Apache-2.0
#include "stores/etcd/members.h"

#include <thread>
#include <utility>

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "stores/cluster/cluster_files.h"
#include "stores/etcd/answers.h"

namespace posse::etcd {
namespace {

using namespace std::chrono_literals;

constexpr auto connecting_poll = 5ms;

/// Between two tries where another one may help. A login costs etcd tens of milliseconds.
constexpr auto greeting_pause = 100ms;

/// A connection is tried again after 0.1 s, later after up to 1 s. etcd takes a ping every 5 s at
/// most, and none while nothing is asked.
constexpr int reconnect_ms_min = 100;
constexpr int reconnect_ms_max = 1000;
constexpr int look_up_ms_min = 1000;  // a member that comes back elsewhere; else it is 30 s
constexpr int ping_every_ms = 10'000;
constexpr int ping_answer_ms = 3'000;

Result<std::shared_ptr<grpc::ChannelCredentials>> credentials_of(const EtcdPlace& place) {
  if (!place.is_secure) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  for (const auto& [file, text] : {std::pair(&place.files.ca, &options.pem_root_certs),
                                   std::pair(&place.files.cert, &options.pem_cert_chain),
                                   std::pair(&place.files.key, &options.pem_private_key)}) {
    auto content = content_of(*file);
    if (!content) return content.error();
    *text = *std::move(content);
  }
  return grpc::SslCredentials(options);
}

/// No retries of gRPC's own, nor any that DNS might ask for: an unknown write must not be sent
/// again behind our back. Answers may be as large as a list is.
grpc::ChannelArguments channel_arguments() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, -1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, reconnect_ms_min);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, reconnect_ms_max);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, reconnect_ms_max);
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, look_up_ms_min);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, ping_every_ms);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, ping_answer_ms);
  return arguments;
}

bool is_wrong_for_good(const grpc::Status& status) {
  using enum grpc::StatusCode;
  const auto code = status.error_code();
  return code == INVALID_ARGUMENT || code == PERMISSION_DENIED || code == FAILED_PRECONDITION ||
         code == UNIMPLEMENTED;
}

}  // namespace

Result<std::shared_ptr<Members>> Members::open(const EtcdPlace& place,
                                               std::chrono::milliseconds deadline,
                                               std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  std::shared_ptr<Members> members(new Members);
  if (auto connected = members->connect(place); !connected) return connected.error();
  for (;;) {
    const bool is_over = std::chrono::steady_clock::now() >= until;
    Member* member = members->connected();
    if (member == nullptr && !is_over) {
      std::this_thread::sleep_for(connecting_poll);
      continue;
    }
    // Without a connection, the call says what is wrong with it.
    Member& asked = member == nullptr ? members->members_.front() : *member;
    auto greeted = members->greet(asked, place.prefix, deadline);
    if (greeted) {
      members->look_for_leader();
      return members;
    }
    if (is_over || greeted.error().code != Errc::contended)
      return Error{Errc::unavailable, greeted.error().detail};
    members->leave(asked);
    std::this_thread::sleep_for(greeting_pause);
  }
}

Result<void> Members::connect(const EtcdPlace& place) {
  auto credentials = credentials_of(place);
  if (!credentials) return credentials.error();
  if (!place.user.empty()) {
    auto password = password_in(place.files.password_file);
    if (!password) return password.error();
    login_.set_name(place.user);
    login_.set_password(*std::move(password));
  }
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (const std::string& address : place.members) {
    const auto channel =
        grpc::CreateCustomChannel("dns:///" + address, *credentials, channel_arguments());
    Member member;
    member.address = address;
    member.kv = etcdserverpb::KV::NewStub(channel);
    member.watch = etcdserverpb::Watch::NewStub(channel);
    member.auth = etcdserverpb::Auth::NewStub(channel);
    member.maintenance = etcdserverpb::Maintenance::NewStub(channel);
    members_.push_back(std::move(member));
    channels.push_back(channel);
  }
  is_stranger_ = std::vector<std::atomic<bool>>(members_.size());
  keeper_ = std::make_unique<Keeper>(std::move(channels));
  return {};
}

/// Errors: `contended` if another try may help.
Result<void> Members::greet(Member& member, const std::string& prefix,
                            std::chrono::milliseconds deadline) {
  const auto failed = [&](const grpc::Status& status) {
    Error error = error_of(status, "cannot use etcd at " + member.address);
    error.code = is_wrong_for_good(status) ? Errc::unavailable : Errc::contended;
    return error;
  };
  const auto until = std::chrono::system_clock::now() + deadline;
  if (has_user()) {
    grpc::ClientContext context;
    context.set_deadline(until);
    etcdserverpb::AuthenticateResponse answer;
    const auto status = member.auth->Authenticate(&context, login_, &answer);
    if (!status.ok()) return failed(status);
    adopt(answer.token());
  }
  {
    grpc::ClientContext context;
    context.set_deadline(until);
    sign(context);
    etcdserverpb::RangeRequest first;
    first.set_key(prefix + '/');
    first.set_range_end(prefix + static_cast<char>('/' + 1));
    first.set_limit(1);
    first.set_keys_only(true);
    etcdserverpb::RangeResponse answer;
    const auto status = member.kv->Range(&context, first, &answer);
    if (!status.ok()) return failed(status);
    was_empty_ = answer.kvs().empty();
    cluster_ = answer.header().cluster_id();
    newest_revision_ = answer.header().revision();
  }
  grpc::ClientContext context;
  context.set_deadline(until);
  sign(context);
  etcdserverpb::StatusResponse about;
  if (member.maintenance->Status(&context, {}, &about).ok()) version_ = about.version();
  return {};
}

void Members::look_for_leader() {
  if (members_.size() == 1) return;
  std::vector<Leader::Maintenance*> asked;
  for (const Member& member : members_) asked.push_back(member.maintenance.get());
  leader_.emplace(
      *keeper_, std::move(asked),
      Leader::Ways{
          .sign = [this](auto& context) { sign(context); },
          .knows = [this](auto place, const auto& header) { return knows(place, header); }});
}

bool Members::may_be_asked(std::size_t place) const {
  return keeper_->is_connected(place) && !is_stranger_[place] && !was_set_back_;
}

bool Members::knows(std::size_t place, const etcdserverpb::ResponseHeader& header) {
  const bool is_ours = header.cluster_id() == cluster_;
  is_stranger_[place] = !is_ours;
  return is_ours;
}

bool Members::goes_on(std::int64_t before, std::int64_t revision) {
  if (revision < before) {
    was_set_back_ = true;
    return false;
  }
  std::int64_t newest = newest_revision_;
  while (newest < revision && !newest_revision_.compare_exchange_weak(newest, revision)) {
  }
  return true;
}

std::string Members::hindrance() const {
  if (was_set_back_) {
    return "etcd has gone back to before revision " + std::to_string(newest_revision_) +
           ", as when a backup is restored; end all processes on this store, run posse audit, and "
           "start them anew";
  }
  std::string strangers;
  for (std::size_t place = 0; place < members_.size(); ++place) {
    if (is_stranger_[place]) strangers += (strangers.empty() ? "" : ", ") + members_[place].address;
  }
  if (strangers.empty()) return "no member of etcd is connected, or all are slow";
  return "another cluster of etcd than before is at " + strangers +
         "; if it is the right one, end all processes on this store and start them anew";
}

Member* Members::connected() {
  const auto leader = leader_ ? leader_->place() : std::nullopt;
  if (leader && may_be_asked(*leader)) return &members_[*leader];
  const std::size_t first = current_.load();
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const std::size_t place = (first + i) % members_.size();
    if (!may_be_asked(place)) continue;
    if (place != first) current_.store(place);
    return &members_[place];
  }
  return nullptr;
}

void Members::leave(const Member& member) {
  std::size_t left = place_of(member);
  if (leader_) leader_->doubt(left);
  current_.compare_exchange_strong(left, (left + 1) % members_.size());
}

void Members::sign(grpc::ClientContext& context) const {
  context.AddMetadata("hasleader", "true");
  const std::lock_guard lock(mutex_);
  if (!token_.empty()) context.AddMetadata("token", token_);
}

void Members::adopt(const std::string& token) {
  const std::lock_guard lock(mutex_);
  token_ = token;
}

}  // namespace posse::etcd
