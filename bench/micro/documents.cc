/// What it costs to write, read and pack the documents of a purchase.
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "bench/micro/sample_documents.h"
#include "stores/lmdb/packing.h"

namespace posse::bench {
namespace {

std::size_t size_of(const benchmark::State& state) {
  return static_cast<std::size_t>(state.range(0));
}

/// Documents and bytes a second.
void count(benchmark::State& state, std::size_t bytes) {
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void entry_out(benchmark::State& state) {
  const Entry entry = sample_entry(size_of(state));
  for (auto _ : state) benchmark::DoNotOptimize(write_entry(entry));
  count(state, write_entry(entry).size());
}

void entry_in(benchmark::State& state) {
  const Bytes bytes = write_entry(sample_entry(size_of(state)));
  const Key key = campaign_of_sample.entry(EntryNumber{1001});
  if (!read_entry(bytes, key)) state.SkipWithError("the sample is no entry");
  for (auto _ : state) benchmark::DoNotOptimize(read_entry(bytes, key));
  count(state, bytes.size());
}

void receipt_out(benchmark::State& state) {
  const Entry entry = sample_entry(size_of(state));
  for (auto _ : state) benchmark::DoNotOptimize(write_receipt(entry));
  count(state, write_receipt(entry).size());
}

void participant_out(benchmark::State& state) {
  const Participant participant = sample_participant(size_of(state));
  for (auto _ : state) benchmark::DoNotOptimize(write_participant(participant));
  count(state, write_participant(participant).size());
}

void participant_in(benchmark::State& state) {
  const Bytes bytes = write_participant(sample_participant(size_of(state)));
  if (!read_participant(bytes, account_of_sample)) state.SkipWithError("the sample is no account");
  for (auto _ : state) benchmark::DoNotOptimize(read_participant(bytes, account_of_sample));
  count(state, bytes.size());
}

void pack(benchmark::State& state, const Bytes& bytes) {
  lmdb::Packer packer;
  for (auto _ : state) benchmark::DoNotOptimize(packer.pack(bytes));
  count(state, bytes.size());
  state.counters["packed_bytes"] = static_cast<double>(packer.pack(bytes).size());
}

void unpack(benchmark::State& state, const Bytes& bytes) {
  lmdb::Packer packer;
  lmdb::Unpacker unpacker;
  const std::string packed(packer.pack(bytes));
  if (unpacker.unpack(packed) != bytes) state.SkipWithError("does not come back");
  for (auto _ : state) benchmark::DoNotOptimize(unpacker.unpack(packed));
  count(state, bytes.size());
}

void participant_pack(benchmark::State& state) {
  pack(state, write_participant(sample_participant(size_of(state))));
}

void participant_unpack(benchmark::State& state) {
  unpack(state, write_participant(sample_participant(size_of(state))));
}

void entry_pack(benchmark::State& state) {
  pack(state, write_entry(sample_entry(size_of(state))));
}

void entry_unpack(benchmark::State& state) {
  unpack(state, write_entry(sample_entry(size_of(state))));
}

// Operations in an entry; settled purchases that an account shows.
BENCHMARK(entry_out)->Arg(1)->Arg(16)->Arg(entry_operations_max);
BENCHMARK(entry_in)->Arg(1)->Arg(16)->Arg(entry_operations_max);
BENCHMARK(receipt_out)->Arg(1)->Arg(16)->Arg(entry_operations_max);
BENCHMARK(participant_out)->Arg(0)->Arg(4)->Arg(16);
BENCHMARK(participant_in)->Arg(0)->Arg(4)->Arg(16);
BENCHMARK(participant_pack)->Arg(0)->Arg(4)->Arg(16);
BENCHMARK(participant_unpack)->Arg(0)->Arg(4)->Arg(16);
BENCHMARK(entry_pack)->Arg(1)->Arg(16)->Arg(entry_operations_max);
BENCHMARK(entry_unpack)->Arg(1)->Arg(16)->Arg(entry_operations_max);

}  // namespace
}  // namespace posse::bench
