/// Campaigns: making, showing, listing, following them.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "core/text.h"
#include "node/answers.h"
#include "node/api.h"
#include "node/json_body.h"
#include "node/views.h"

namespace posse {
namespace json = boost::json;
namespace {

constexpr std::int64_t page_default = 50;
constexpr std::int64_t page_max = 200;

/// A stream without news says that it is alive.
constexpr std::chrono::milliseconds comment_every = 15s;

Time read_time(Fields& fields, std::string_view name) {
  if (!fields.has(name)) return {};
  const auto time = from_rfc3339(fields.text(name, 32));
  if (!time || *time <= Time{}) {
    fields.refuse(name, "must be a time in UTC like 2026-01-31T12:00:00Z");
    return {};
  }
  return *time;
}

std::uint64_t read_capacity(Fields& fields) {
  return static_cast<std::uint64_t>(fields.integer("capacity", {.least = 1, .most = INT64_MAX}));
}

std::shared_ptr<const Pricing> read_price(Fields& fields) {
  auto pricing = read_pricing(fields.object("pricing"));
  if (const auto* wrong = std::get_if<std::string>(&pricing)) {
    fields.refuse("pricing", "is wrong: " + *wrong);
    return nullptr;
  }
  return std::get<std::unique_ptr<Pricing>>(std::move(pricing));
}

std::optional<Response> read_campaign(const Request& request, Name& id, Campaign& campaign) {
  return read_body(request, [&](Fields& fields) {
    const auto name = Name::from(fields.text("id", 64));
    if (!name) fields.refuse("id", Name::rule);
    id = name.value_or(Name());
    if (fields.has("title")) campaign.title = fields.text("title", title_bytes_max);
    campaign.pricing = read_price(fields);
    if (fields.has("slot_seconds")) {
      campaign.slot_length =
          std::chrono::seconds{fields.integer("slot_seconds", {.most = slot_seconds_max})};
    }
    if (fields.has("capacity")) campaign.capacity = read_capacity(fields);
    campaign.opens_at = read_time(fields, "opens_at");
    campaign.closes_at = read_time(fields, "closes_at");
  });
}

std::optional<Response> read_change(const Request& request, CampaignChange& change) {
  return read_body(request, [&](Fields& fields) {
    if (fields.has("title")) change.title = fields.text("title", title_bytes_max);
    if (fields.has("pricing")) change.pricing = read_price(fields);
    if (fields.has("capacity")) {
      change.capacity = fields.null("capacity") ? 0 : read_capacity(fields);
    }
    if (fields.has("closes_at")) {
      change.closes_at = fields.null("closes_at") ? Time{} : read_time(fields, "closes_at");
    }
  });
}

Task<Response> change(ApiParts* parts, const Request* request, const Visitor* visitor) {
  const auto named = campaign_in(*request);
  if (const auto* nothing = std::get_if<Response>(&named)) co_return *nothing;
  CampaignChange change;
  if (auto wrong = read_change(*request, change)) co_return *std::move(wrong);
  const auto answer = co_await parts->shop.campaigns().change(std::get<Name>(named), visitor->name,
                                                              std::move(change));
  const Time now = parts->clock.now();
  co_return answer_of(
      answer, [&](const CampaignView& view) { return json_response(200, to_json(view, now)); });
}

Task<Response> create(ApiParts* parts, const Request* request, const Visitor* visitor) {
  Name id;
  Campaign campaign;
  if (auto wrong = read_campaign(*request, id, campaign)) co_return *std::move(wrong);
  campaign.owner = visitor->name;
  const auto answer = co_await parts->shop.campaigns().create(id, std::move(campaign));
  const Time now = parts->clock.now();
  co_return answer_of(answer, [&](const CampaignView& view) {
    Response response = json_response(201, to_json(view, now));
    response.fields.emplace_back("Location", "/v1/campaigns/" + id.text());
    return response;
  });
}

/// The wall time at which a read was asked for.
Time wall_time_of(ApiParts* parts, Steady asked) {
  return parts->clock.now() - (parts->clock.steady() - asked);
}

/// What a path's campaign looks like now.
struct Looked {
  Name id;
  Seen seen;
};

/// The campaign of the path with its head, which is at most 100 ms old; else the problem to answer.
Task<std::variant<Looked, Response>> look(ApiParts* parts, const Request* request) {
  const auto named = campaign_in(*request);
  if (const auto* nothing = std::get_if<Response>(&named)) co_return *nothing;
  const Name id = std::get<Name>(named);
  auto seen = co_await parts->live.get(campaign_sequence(id).head());
  if (!seen) co_return answer_of(seen.error());
  if (!seen->document) co_return unknown_campaign(id.text());
  parts->patrol.keep_an_eye_on(campaign_sequence(id));
  co_return Looked{.id = id, .seen = *std::move(seen)};
}

/// The price too: it may fall while the document stays as it is. Weak (RFC 9110), as `as_of` is
/// another one each time.
std::string etag_of(const Document& document, const CampaignView& view) {
  const auto* offer = std::get_if<Offer>(&view.next);
  const std::string next =
      offer == nullptr ? std::get<Refusal>(view.next).code : std::to_string(number(offer->price));
  return "W/\"" + std::to_string(static_cast<std::uint64_t>(document.version)) + "-" + next + "\"";
}

Task<Response> show(ApiParts* parts, const Request* request) {
  const auto found = co_await look(parts, request);
  if (const auto* nothing = std::get_if<Response>(&found)) co_return *nothing;
  const auto& [id, seen] = std::get<Looked>(found);
  const auto view = view_of(id, *seen.document, parts->clock.now());
  if (!view) co_return answer_of(view.error());
  const std::string etag = etag_of(*seen.document, *view);
  Response response = json_response(200, to_json(*view, wall_time_of(parts, seen.asked)));
  if (has_tag(request->field("if-none-match"), etag)) {
    response = {.status = 304, .fields = {}, .body = {}, .stream = {}};
  }
  response.set("Cache-Control", "no-cache");  // keep it, but ask each time
  response.set("ETag", etag);
  co_return response;
}

Task<Response> list(ApiParts* parts, const Request* request) {
  const auto after = request->query.find("after");
  const auto limit = number_in_query(*request, "limit", {.least = 1, .most = page_max});
  if (const auto* wrong = std::get_if<Response>(&limit)) co_return *wrong;
  std::string from;
  if (after != request->query.end()) from = after->second;
  if (!from.empty() && !Name::from(from)) {
    co_return problem(400, "bad_request", "after " + std::string(Name::rule));
  }
  const auto asked = std::get<std::optional<std::int64_t>>(limit);
  const auto size = static_cast<std::size_t>(asked.value_or(page_default));
  const auto views = co_await parts->shop.campaigns().list(from, size);
  if (!views) co_return answer_of(views.error());
  json::array campaigns;
  for (const auto& view : *views) campaigns.push_back(to_json(view, parts->clock.now()));
  json::object body{{"campaigns", std::move(campaigns)}, {"next", nullptr}};
  if (views->size() == size) body["next"] = views->back().id.text();
  co_return json_response(200, body);
}

/// One follower of one campaign, for as long as it reads.
struct Following {
  Following(ApiParts* the_parts, Name campaign)
      : parts(the_parts),
        id(std::move(campaign)),
        subscription(parts->live.subscribe(campaign_sequence(id).head())) {}
  Following(const Following&) = delete;
  Following& operator=(const Following&) = delete;
  /// Also of a stream that never began: after a HEAD, or where there was no room.
  ~Following() { subscription->end(); }

  ApiParts* parts;
  Name id;
  std::shared_ptr<Subscription> subscription;
  EntryNumber sent{};
  bool has_sent = false;
};

std::string event_of(ApiParts* parts, const CampaignView& view, Steady asked) {
  return "event: campaign\nid: " + std::to_string(number(view.head.entry)) +
         "\ndata: " + json::serialize(to_json(view, wall_time_of(parts, asked))) + "\n\n";
}

/// The event that tells of `seen`, in parts->told; false if it is damaged. What was made for one
/// follower is good for the next, who comes right behind: a price may fall with the time.
bool tell(ApiParts* parts, const Name& id, const Seen& seen) {
  constexpr std::chrono::milliseconds good_for{10};
  ToldEvent& told = parts->told;
  const Steady now = parts->clock.steady();
  const bool is_same = told.id == id && told.asked == seen.asked &&
                       told.version == seen.document->version && now - told.made < good_for;
  if (is_same) return true;
  parts->patrol.keep_an_eye_on(campaign_sequence(id));
  const auto view = view_of(id, *seen.document, parts->clock.now());
  if (!view) return false;
  told = {.id = id,
          .version = seen.document->version,
          .asked = seen.asked,
          .made = now,
          .entry = view->head.entry,
          .text = event_of(parts, *view, seen.asked)};
  return true;
}

/// The newest state as an event, unless it is older than what was sent: a read may show the past.
std::optional<std::string> news_for(Following& following) {
  const Seen& seen = following.subscription->latest();
  if (!seen.document) return {};
  // Damaged: what comes after it may be whole.
  if (!tell(following.parts, following.id, seen)) return {};
  const ToldEvent& told = following.parts->told;
  if (following.has_sent && told.entry < following.sent) return {};
  following.has_sent = true;
  following.sent = told.entry;
  return told.text;
}

Task<void> follow(std::shared_ptr<Following> following, EventSink* sink) {
  std::string bytes = "retry: 1000\n\n";
  while (true) {
    bool reads = true;
    if (!bytes.empty()) reads = co_await sink->write(std::move(bytes));
    if (!reads) break;
    bytes.clear();
    const Heard heard = co_await following->subscription->next(comment_every);
    if (heard == Heard::end) break;
    if (heard == Heard::silence) bytes = ": alive\n\n";
    if (heard == Heard::change) bytes = news_for(*following).value_or("");
  }
}

/// What a follower has seen; empty if it cannot be of this campaign.
Task<Result<std::optional<EntryNumber>>> last_event(ApiParts* parts, const Request* request,
                                                    Looked found) {
  const auto given = whole_number(request->field("last-event-id"));
  if (!given || *given < 0) co_return std::optional<EntryNumber>();
  const EntryNumber last{static_cast<std::uint64_t>(*given)};
  const auto shown = view_of(found.id, *found.seen.document, parts->clock.now());
  if (shown && last <= shown->head.entry) co_return std::optional<EntryNumber>(last);
  // Another node may have shown more than what was looked at here: a read of its own decides.
  const Sequence sequence = campaign_sequence(found.id);
  const auto head = co_await parts->shop.journal().sequences().head(sequence);
  if (!head) co_return head.error();
  const bool is_known = *head && last <= (*head)->head.tip.entry;
  co_return is_known ? std::optional<EntryNumber>(last) : std::nullopt;
}

Task<Response> events(ApiParts* parts, const Request* request) {
  const auto found = co_await look(parts, request);
  if (const auto* nothing = std::get_if<Response>(&found)) co_return *nothing;
  const Name& id = std::get<Looked>(found).id;
  auto following = std::make_shared<Following>(parts, id);
  // Each event is the whole state, so whoever comes back gets the newest one and has missed
  // nothing.
  const auto last = co_await last_event(parts, request, std::get<Looked>(found));
  if (!last) co_return answer_of(last.error());
  following->has_sent = last->has_value();
  following->sent = last->value_or(EntryNumber{});
  Response response{.status = 200,
                    .fields = {{"Content-Type", "text/event-stream"},
                               {"Cache-Control", "no-store"},
                               {"X-Accel-Buffering", "no"}},
                    .body = {},
                    .stream = {}};
  response.stream = [following](EventSink* sink) { return follow(following, sink); };
  co_return response;
}

}  // namespace

void add_campaign_routes(Router& router, ApiParts& parts) {
  router.add("POST", "/v1/campaigns", for_visitors(parts, create));
  router.add("GET", "/v1/campaigns", for_all(parts, list), {"after", "limit"});
  router.add("GET", "/v1/campaigns/{id}", for_all(parts, show));
  router.add("PATCH", "/v1/campaigns/{id}", for_visitors(parts, change));
  router.add("GET", "/v1/campaigns/{id}/events", for_all(parts, events));
}

}  // namespace posse
