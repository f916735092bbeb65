/// One instance of libcouchbase: its settings, its calls, its callbacks.
// SPDX-License-Identifier: Apache-2.0
#include "stores/couchbase/library_client.h"

#include <cstdint>
#include <libcouchbase/couchbase.h>
#include <libcouchbase/vbucket.h>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "core/assert.h"
#include "stores/cluster/cluster_files.h"
#include "stores/couchbase/asio_io.h"
#include "stores/couchbase/codes.h"
#include "stores/couchbase/connection_string.h"
#include "stores/couchbase/lookup.h"
#include "stores/couchbase/query.h"

namespace posse::couchbase {
namespace {

static_assert(code::success == LCB_SUCCESS && code::timeout == LCB_ERR_TIMEOUT &&
              code::authentication_failure == LCB_ERR_AUTHENTICATION_FAILURE &&
              code::temporary_failure == LCB_ERR_TEMPORARY_FAILURE &&
              code::cas_mismatch == LCB_ERR_CAS_MISMATCH &&
              code::document_not_found == LCB_ERR_DOCUMENT_NOT_FOUND &&
              code::document_locked == LCB_ERR_DOCUMENT_LOCKED &&
              code::value_too_large == LCB_ERR_VALUE_TOO_LARGE &&
              code::document_exists == LCB_ERR_DOCUMENT_EXISTS);
static_assert(code::durability_level_not_available == LCB_ERR_DURABILITY_LEVEL_NOT_AVAILABLE &&
              code::durability_impossible == LCB_ERR_DURABILITY_IMPOSSIBLE &&
              code::durability_ambiguous == LCB_ERR_DURABILITY_AMBIGUOUS &&
              code::durable_write_in_progress == LCB_ERR_DURABLE_WRITE_IN_PROGRESS &&
              code::durable_write_re_commit_in_progress ==
                  LCB_ERR_DURABLE_WRITE_RE_COMMIT_IN_PROGRESS &&
              code::unsupported_operation == LCB_ERR_UNSUPPORTED_OPERATION &&
              code::internal_server_failure == LCB_ERR_INTERNAL_SERVER_FAILURE &&
              code::protocol_error == LCB_ERR_PROTOCOL_ERROR &&
              code::service_not_available == LCB_ERR_SERVICE_NOT_AVAILABLE);

/// How other clients read our documents: as JSON where they are.
constexpr std::uint32_t json_flags = 0x0200'0000;
constexpr std::uint32_t binary_flags = 0x0300'0000;

constexpr std::string_view json_type = "application/json";

std::uint32_t flags_of(const Bytes& value) {
  return value.starts_with('{') && value.ends_with('}') ? json_flags : binary_flags;
}

lcb_DURABILITY_LEVEL level_of(Durability durability) {
  switch (durability) {
    case Durability::majority:
      return LCB_DURABILITYLEVEL_MAJORITY;
    case Durability::majority_and_persist:
      return LCB_DURABILITYLEVEL_MAJORITY_AND_PERSIST_TO_ACTIVE;
    case Durability::persist_to_majority:
      break;
  }
  return LCB_DURABILITYLEVEL_PERSIST_TO_MAJORITY;
}

/// Rule 1: nothing but reads is sent twice. The library's own strategy takes a write whose
/// connection was cut for one that may be repeated.
lcb_RETRY_ACTION repeat_reads(lcb_RETRY_REQUEST* request, lcb_RETRY_REASON reason) {
  constexpr std::uint32_t pause_ms = 100;
  const bool may_repeat =
      lcb_retry_request_is_idempotent(request) != 0 && reason != LCB_RETRY_REASON_UNKNOWN;
  return lcb_RETRY_ACTION{.should_retry = may_repeat ? 1U : 0U, .retry_after_ms = pause_ms};
}

template <class Command, lcb_STATUS (*Function)(Command*)>
struct Destroy {
  void operator()(Command* command) const { Function(command); }
};
using StoreCommand = std::unique_ptr<lcb_CMDSTORE, Destroy<lcb_CMDSTORE, &lcb_cmdstore_destroy>>;
using GetCommand = std::unique_ptr<lcb_CMDGET, Destroy<lcb_CMDGET, &lcb_cmdget_destroy>>;
using HttpCommand = std::unique_ptr<lcb_CMDHTTP, Destroy<lcb_CMDHTTP, &lcb_cmdhttp_destroy>>;
using Options = std::unique_ptr<lcb_CREATEOPTS, Destroy<lcb_CREATEOPTS, &lcb_createopts_destroy>>;

/// The status that the server has sent, or what the library has put there.
template <class Response, class Context>
Said said_of(lcb_STATUS code, const Response* response,
             lcb_STATUS (*context_of)(const Response*, const Context**)) {
  const Context* context = nullptr;
  std::uint16_t status = 0;
  if (context_of(response, &context) == LCB_SUCCESS && context != nullptr)
    lcb_errctx_kv_status_code(context, &status);
  return Said{code, status};
}

void on_stored(lcb_INSTANCE* /*instance*/, int /*kind*/, const lcb_RESPBASE* base) {
  const auto* response = reinterpret_cast<const lcb_RESPSTORE*>(base);
  void* asker = nullptr;
  lcb_respstore_cookie(response, &asker);
  Reply reply{.said =
                  said_of(lcb_respstore_status(response), response, &lcb_respstore_error_context)};
  std::uint64_t cas = 0;
  lcb_respstore_cas(response, &cas);
  reply.version = Version{cas};
  static_cast<Asker*>(asker)->reply(std::move(reply));
}

void on_got(lcb_INSTANCE* /*instance*/, int /*kind*/, const lcb_RESPBASE* base) {
  const auto* response = reinterpret_cast<const lcb_RESPGET*>(base);
  void* asker = nullptr;
  lcb_respget_cookie(response, &asker);
  Reply reply{.said = said_of(lcb_respget_status(response), response, &lcb_respget_error_context)};
  if (reply.said.code == code::success) {
    std::uint64_t cas = 0;
    lcb_respget_cas(response, &cas);
    reply.version = Version{cas};
    const char* value = nullptr;
    std::size_t bytes = 0;
    lcb_respget_value(response, &value, &bytes);
    reply.value.assign(value, bytes);
  }
  static_cast<Asker*>(asker)->reply(std::move(reply));
}

/// Of the query service: the only one that is asked so.
void on_http(lcb_INSTANCE* /*instance*/, int /*kind*/, const lcb_RESPBASE* base) {
  const auto* response = reinterpret_cast<const lcb_RESPHTTP*>(base);
  void* asker = nullptr;
  lcb_resphttp_cookie(response, &asker);
  Reply reply{.said = {lcb_resphttp_status(response), 0}};
  std::uint16_t status = 0;
  lcb_resphttp_http_status(response, &status);
  const char* body = nullptr;
  std::size_t bytes = 0;
  lcb_resphttp_body(response, &body, &bytes);
  if (reply.said.code == code::success) reply = query_reply(status, {body, bytes});
  static_cast<Asker*>(asker)->reply(std::move(reply));
}

/// What every client of a place shares.
struct Settings {
  CouchbasePlace place;
  std::string password;
};

class LibraryClient final : public Client {
 public:
  LibraryClient(boost::asio::any_io_executor executor, std::shared_ptr<const Settings> settings)
      : settings_(std::move(settings)), lookup_(executor), io_(std::move(executor)) {}
  LibraryClient(const LibraryClient&) = delete;
  LibraryClient& operator=(const LibraryClient&) = delete;
  ~LibraryClient() override {
    if (instance_ != nullptr) lcb_destroy(instance_);
  }

  void connect(std::function<void(Said)> ended) override {
    connected_ = std::move(ended);
    lookup_.start(settings_->place.nodes,
                  [this](std::vector<std::string> nodes) { connect_to(std::move(nodes)); });
  }

  void open_batch() override { lcb_sched_enter(instance_); }
  void close_batch() override { lcb_sched_leave(instance_); }

  Said ask(const Order& order, Asker& asker) override {
    switch (order.call) {
      case Call::get:
        return get(order, asker);
      case Call::list:
        return list(order, asker);
      case Call::add:
      case Call::cas:
        break;
    }
    return store(order, asker);
  }

  MapRevision map_revision() override {
    lcbvb_CONFIG* map = nullptr;
    lcb_cntl(instance_, LCB_CNTL_GET, LCB_CNTL_VBCONFIG, static_cast<void*>(&map));
    if (map == nullptr) return {};
    return MapRevision{.epoch = map->revepoch, .number = map->revid};
  }

  void rest() override { io_.rest(); }
  void wake() override { io_.wake(); }

 private:
  void connect_to(std::vector<std::string> nodes) {
    if (nodes.empty()) return tell_connected(LCB_ERR_UNKNOWN_HOST);
    CouchbasePlace looked_up = settings_->place;
    looked_up.nodes = std::move(nodes);
    const Said created = create(connection_string(looked_up));
    const int begun = created == Said{} ? lcb_connect(instance_) : created.code;
    if (begun != LCB_SUCCESS) tell_connected(begun);
  }

  /// The library's instance, before anything is asked of it.
  Said create(const std::string& connection) {
    lcb_CREATEOPTS* made = nullptr;
    lcb_createopts_create(&made, LCB_TYPE_BUCKET);
    const Options options(made);
    const Settings& settings = *settings_;
    const CouchbasePlace& place = settings.place;
    lcb_createopts_connstr(made, connection.data(), connection.size());
    lcb_createopts_bucket(made, place.bucket.data(), place.bucket.size());
    if (!place.user.empty())
      lcb_createopts_credentials(made, place.user.data(), place.user.size(),
                                 settings.password.data(), settings.password.size());
    lcb_createopts_io(made, io_.table());
    const lcb_STATUS created = lcb_create(&instance_, made);
    if (created != LCB_SUCCESS) {
      instance_ = nullptr;
      return Said{created, 0};
    }
    lcb_set_cookie(instance_, this);
    lcb_retry_strategy(instance_, &repeat_reads);
    lcb_set_bootstrap_callback(instance_, &LibraryClient::on_connected);
    lcb_install_callback(instance_, LCB_CALLBACK_STORE, &on_stored);
    lcb_install_callback(instance_, LCB_CALLBACK_GET, &on_got);
    lcb_install_callback(instance_, LCB_CALLBACK_HTTP, &on_http);
    return {};
  }

  static void on_connected(lcb_INSTANCE* instance, lcb_STATUS ended) {
    auto* client = static_cast<LibraryClient*>(const_cast<void*>(lcb_get_cookie(instance)));
    client->tell_connected(ended);
  }

  void tell_connected(int code) {
    if (const auto told = std::exchange(connected_, nullptr)) told(Said{code, 0});
  }

  Said store(const Order& order, Asker& asker) {
    const bool is_cas = order.call == Call::cas;
    POSSE_ASSERT(!is_cas || order.version != Version{});
    lcb_CMDSTORE* made = nullptr;
    lcb_cmdstore_create(&made, is_cas ? LCB_STORE_REPLACE : LCB_STORE_INSERT);
    const StoreCommand command(made);
    const CouchbasePlace& place = settings_->place;
    if (!place.scope.empty())
      lcb_cmdstore_collection(made, place.scope.data(), place.scope.size(), place.collection.data(),
                              place.collection.size());
    lcb_cmdstore_key(made, order.id.data(), order.id.size());
    lcb_cmdstore_value(made, order.value.data(), order.value.size());
    lcb_cmdstore_flags(made, flags_of(order.value));
    lcb_cmdstore_durability(made, level_of(place.durability));
    if (is_cas) lcb_cmdstore_cas(made, static_cast<std::uint64_t>(order.version));
    return Said{lcb_store(instance_, &asker, made), 0};
  }

  Said get(const Order& order, Asker& asker) {
    lcb_CMDGET* made = nullptr;
    lcb_cmdget_create(&made);
    const GetCommand command(made);
    const CouchbasePlace& place = settings_->place;
    if (!place.scope.empty())
      lcb_cmdget_collection(made, place.scope.data(), place.scope.size(), place.collection.data(),
                            place.collection.size());
    lcb_cmdget_key(made, order.id.data(), order.id.size());
    return Said{lcb_get(instance_, &asker, made), 0};
  }

  /// By bare HTTP: what the library has for queries asks again at once and without end, whatever
  /// its strategy, after each error of authorization.
  Said list(const Order& order, Asker& asker) {
    lcb_CMDHTTP* made = nullptr;
    lcb_cmdhttp_create(&made, LCB_HTTP_TYPE_QUERY);
    const HttpCommand command(made);
    const std::string body = query_body(order);
    lcb_cmdhttp_method(made, LCB_HTTP_METHOD_POST);
    lcb_cmdhttp_content_type(made, json_type.data(), json_type.size());
    lcb_cmdhttp_body(made, body.data(), body.size());
    const lcb_STATUS asked = lcb_http(instance_, &asker, made);
    // That is how it says that no node has a query service, or one for TLS.
    const bool is_nowhere = asked == LCB_ERR_UNSUPPORTED_OPERATION || asked == LCB_ERR_SDK_INTERNAL;
    return Said{is_nowhere ? code::service_not_available : static_cast<int>(asked), 0};
  }

  std::shared_ptr<const Settings> settings_;
  Lookup lookup_;
  AsioIo io_;
  lcb_INSTANCE* instance_ = nullptr;
  std::function<void(Said)> connected_;
};

}  // namespace

Result<MakeClient> library_client(const CouchbasePlace& place) {
  if (const auto checked = check_readable(place.files); !checked) return checked.error();
  auto password = password_in(place.files.password_file);
  if (!password) return password.error();
  auto settings =
      std::make_shared<Settings>(Settings{.place = place, .password = *std::move(password)});
  return [settings = std::shared_ptr<const Settings>(std::move(settings))](
             boost::asio::any_io_executor executor) -> std::unique_ptr<Client> {
    return std::make_unique<LibraryClient>(std::move(executor), settings);
  };
}

bool has_library() {
  return true;
}

}  // namespace posse::couchbase
