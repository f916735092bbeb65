/// The probe's twin: libcouchbase with its default settings and the meaning of its codes that their
/// names suggest. What it tells wrongly is what the driver's rules are for.
// SPDX-License-Identifier: Apache-2.0
//
// posse_couchbase_plain CONNECTION BUCKET USER PASSWORD PREFIX [COUNT TOGETHER]: as the probe.
#include <chrono>
#include <cstdint>
#include <iostream>
#include <libcouchbase/couchbase.h>
#include <sstream>
#include <string>
#include <vector>

namespace posse {
namespace {

/// One call, and what is told of it.
struct Asked {
  std::string told;
  bool is_read = false;
};

std::string meaning(lcb_STATUS code, bool is_read) {
  switch (static_cast<int>(code)) {
    case LCB_SUCCESS:
      return "done";
    case LCB_ERR_DOCUMENT_NOT_FOUND:
      return is_read ? "empty" : "refused";
    case LCB_ERR_DOCUMENT_EXISTS:
    case LCB_ERR_CAS_MISMATCH:
      return "refused";
    case LCB_ERR_TIMEOUT:
    case LCB_ERR_AMBIGUOUS_TIMEOUT:
    case LCB_ERR_DURABILITY_AMBIGUOUS:
      return is_read ? "failed" : "unknown";
    default:
      return std::string("failed ") + lcb_strerror_short(code);
  }
}

void on_stored(lcb_INSTANCE* /*instance*/, int /*kind*/, const lcb_RESPBASE* base) {
  const auto* response = reinterpret_cast<const lcb_RESPSTORE*>(base);
  void* cookie = nullptr;
  lcb_respstore_cookie(response, &cookie);
  std::uint64_t cas = 0;
  lcb_respstore_cas(response, &cas);
  auto& asked = *static_cast<Asked*>(cookie);
  asked.told = meaning(lcb_respstore_status(response), false);
  if (asked.told == "done") asked.told += ' ' + std::to_string(cas);
}

void on_got(lcb_INSTANCE* /*instance*/, int /*kind*/, const lcb_RESPBASE* base) {
  const auto* response = reinterpret_cast<const lcb_RESPGET*>(base);
  void* cookie = nullptr;
  lcb_respget_cookie(response, &cookie);
  auto& asked = *static_cast<Asked*>(cookie);
  asked.told = meaning(lcb_respget_status(response), true);
  if (asked.told != "done") return;
  std::uint64_t cas = 0;
  lcb_respget_cas(response, &cas);
  const char* value = nullptr;
  std::size_t bytes = 0;
  lcb_respget_value(response, &value, &bytes);
  asked.told = "document " + std::to_string(cas) + ' ' + std::string(value, bytes);
}

/// One call in words; not asked if they make no sense.
struct Words {
  std::string call;
  std::string key;
  std::uint64_t version = 0;
  std::string value;
};

Words words_of(const std::string& text, const std::string& prefix) {
  std::istringstream stream(text);
  Words words;
  stream >> words.call >> words.key;
  words.key.insert(0, prefix + '/');
  if (words.call == "cas") stream >> words.version;
  stream >> words.value;
  return words;
}

void ask(lcb_INSTANCE* instance, const Words& words, Asked& asked) {
  asked.is_read = words.call == "get";
  if (asked.is_read) {
    lcb_CMDGET* get = nullptr;
    lcb_cmdget_create(&get);
    lcb_cmdget_key(get, words.key.data(), words.key.size());
    const lcb_STATUS code = lcb_get(instance, &asked, get);
    if (code != LCB_SUCCESS) asked.told = meaning(code, true);
    lcb_cmdget_destroy(get);
    return;
  }
  lcb_CMDSTORE* store = nullptr;
  lcb_cmdstore_create(&store, words.call == "cas" ? LCB_STORE_REPLACE : LCB_STORE_INSERT);
  lcb_cmdstore_key(store, words.key.data(), words.key.size());
  lcb_cmdstore_value(store, words.value.data(), words.value.size());
  lcb_cmdstore_durability(store, LCB_DURABILITYLEVEL_MAJORITY);
  if (words.call == "cas") lcb_cmdstore_cas(store, words.version);
  const lcb_STATUS code = lcb_store(instance, &asked, store);
  if (code != LCB_SUCCESS) asked.told = meaning(code, false);
  lcb_cmdstore_destroy(store);
}

void answer_lines(lcb_INSTANCE* instance, const std::string& prefix) {
  std::cout << "ready\n" << std::flush;
  for (std::string line; std::getline(std::cin, line);) {
    std::vector<std::string> calls;
    std::istringstream stream(line);
    for (std::string part; std::getline(stream, part, ';');) calls.push_back(part);
    std::vector<Asked> asked(calls.size());
    for (std::size_t i = 0; i < calls.size(); ++i)
      ask(instance, words_of(calls[i], prefix), asked[i]);
    lcb_wait(instance, LCB_WAIT_DEFAULT);
    std::string told;
    for (const Asked& one : asked) told += (told.empty() ? "" : ";") + one.told;
    std::cout << told << '\n' << std::flush;
  }
}

/// Adds and then reads, so many at a time.
void measure(lcb_INSTANCE* instance, const std::string& prefix, int count, int together) {
  using Seconds = std::chrono::duration<double>;
  count -= count % together;
  const auto start = std::chrono::steady_clock::now();
  int right = 0;
  for (int done = 0; done < count; done += together) {
    for (const char* call : {"add", "get"}) {
      std::vector<Asked> asked(static_cast<std::size_t>(together));
      lcb_sched_enter(instance);
      for (int i = 0; i < together; ++i) {
        const std::string number = std::to_string(done + i);
        const Words words{call, prefix + "/plain" + number, 0, R"({"number":)" + number + '}'};
        ask(instance, words, asked[static_cast<std::size_t>(i)]);
      }
      lcb_sched_leave(instance);
      lcb_wait(instance, LCB_WAIT_DEFAULT);
      for (const Asked& one : asked)
        right += one.told.starts_with("done") || one.told.starts_with("document");
    }
  }
  const double seconds = Seconds(std::chrono::steady_clock::now() - start).count();
  std::cout << right / 2 << " of " << count << " right, " << static_cast<int>(2 * count / seconds)
            << " calls/s\n";
}

int run(const std::vector<std::string>& words) {
  lcb_CREATEOPTS* options = nullptr;
  lcb_createopts_create(&options, LCB_TYPE_BUCKET);
  lcb_createopts_connstr(options, words.at(1).data(), words.at(1).size());
  lcb_createopts_bucket(options, words.at(2).data(), words.at(2).size());
  lcb_createopts_credentials(options, words.at(3).data(), words.at(3).size(), words.at(4).data(),
                             words.at(4).size());
  lcb_INSTANCE* instance = nullptr;
  lcb_create(&instance, options);
  lcb_createopts_destroy(options);
  lcb_connect(instance);
  lcb_wait(instance, LCB_WAIT_DEFAULT);
  const lcb_STATUS connected = lcb_get_bootstrap_status(instance);
  if (connected != LCB_SUCCESS) {
    std::cerr << lcb_strerror_short(connected) << '\n';
    return 3;
  }
  lcb_install_callback(instance, LCB_CALLBACK_STORE, &on_stored);
  lcb_install_callback(instance, LCB_CALLBACK_GET, &on_got);
  if (words.size() > 7)
    measure(instance, words.at(5), std::stoi(words[6]), std::stoi(words[7]));
  else
    answer_lines(instance, words.at(5));
  lcb_destroy(instance);
  return 0;
}

}  // namespace
}  // namespace posse

int main(int count, char** words) {
  return posse::run({words, words + count});
}
