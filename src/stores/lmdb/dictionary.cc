/// What most documents are made of.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/dictionary.h"

namespace posse::lmdb {

// One of each document of docs/format.md, those written most often last: zstd reaches them with the
// fewest bits. What is in files was packed with exactly this text.
const std::string_view document_dictionary =
    R"({"v":1,"members":[{"node":"node-1","beat":1,"time":1795524415712}]})"
    R"({"v":1,"sequences":[{"name":"campaign/daily","announced":1795524326776}]})"
    R"({"v":1,"settled":[["o2Vp95eVpMXZ9iVCa6AynA","journal/12",1,0],["GQnH-YbzBOj7E2dxIMii)"
    R"(Cg","campaign/1",1,1795524365604]]})"
    R"({"v":1,"settings":{"title":"One slot a day","owner":"seller","pricing":{"kind":"fixe)"
    R"(d","price":40},"slot_seconds":0,"capacity":0,"opens_at":0,"closes_at":0},"head":{"en)"
    R"(try":3,"slot":3,"hash":"KIUKhYMRvtJEh0y0n42qtewMZJbgw1gh2G41a1LhUjk","time":17955243)"
    R"(26782,"state":{"price":40,"sold_at":1795524326782,"ends_at":1795524326782}}})"
    R"({"v":1,"sequence":"campaign/daily","entry":1,"time":1795524245988,"lines":[{"slot":1)"
    R"(,"intent":"VXoOFCYsvL3W1zUZ8k_PdA","kind":"sale","buyer":"anna","seller":"seller","a)"
    R"(mount":40}]})"
    R"({"v":1,"sequence":"campaign/1","entry":492,"previous":"jfNnDbBlqgQCuZJ9x4Let63UnSXWK)"
    R"(yXnrrekz3F3IzE","first_slot":13032,"time":1795524376460,"operations":[],"state":{"pr)"
    R"(ice":40,"sold_at":1795524376460,"ends_at":1795524376460}})"
    R"({"v":1,"sequence":"journal/0","entry":1,"previous":"oIyIw7XwXzmA-beu_8GP_gzBLwST1XQ_)"
    R"(_w5jXI0qdkg","first_slot":1,"time":1795524245430,"operations":[{"intent":"9dGEpvmuxL)"
    R"(AC-zkvDB4jhg","effects":[{"key":"account/anna","kind":"add","details":{"field":"bala)"
    R"(nce","amount":1000}}],"line":{"kind":"deposit","account":"anna","amount":1000,"refer)"
    R"(ence":"welcome"},"data":{}}],"state":{}})"
    R"({"v":1,"sequence":"campaign/daily","entry":1,"previous":"OTZOv77gYupYqovXDb-fvjeknhN)"
    R"(9MTQnje9XjNvA0P0","first_slot":1,"time":1795524245988,"operations":[{"intent":"VXoOF)"
    R"(CYsvL3W1zUZ8k_PdA","effects":[{"key":"account/anna","kind":"add","details":{"field":)"
    R"("balance","amount":-40,"floor":0}}],"line":{"kind":"sale","buyer":"anna","seller":"s)"
    R"(eller","amount":40},"data":{"max_price":40,"content":"","starts_at":1795524245988,"e)"
    R"(nds_at":1795524245988}}],"state":{"price":40,"sold_at":1795524245988,"ends_at":17955)"
    R"(24245988}})"
    R"({"v":1,"data":{"role":"person","balance":885,"campaigns":{},"created_at":17955242453)"
    R"(17,"password":""},"holds":[],"settled":[["9dGEpvmuxLAC-zkvDB4jhg","journal/0",1,0],[)"
    R"("VXoOFCYsvL3W1zUZ8k_PdA","campaign/daily",1,1764157816832],["iOVETObjgXFa11gMlnsZSQ")"
    R"(,"campaign/daily",2,1795524246308],["IV1vnuDz6axakDcamQ3U5g","journal/8",1,0],["2cfQ)"
    R"(PsErSWkirxqri57TaA","campaign/daily",3,1795524326762]],"pages":0,"spilled_until":0})"
    R"({"v":1,"data":{"role":"person","balance":999999960,"campaigns":{},"created_at":17955)"
    R"(24875665,"password":""},"holds":[{"intent":"KYWZPQtopG1UO49OGVmqjQ","sequence":"camp)"
    R"(aign/1","first":220,"last":227,"issued":1795524879572,"reserve":{"balance":-40}}],"s)"
    R"(ettled":[["FOVKo8PErhGSzO_4rjFduA","journal/4",1,0],["UE7xoxs87P2w9TAZQCaAcA","campa)"
    R"(ign/1",121,1795524877922]],"pages":0,"spilled_until":0})";

}  // namespace posse::lmdb
