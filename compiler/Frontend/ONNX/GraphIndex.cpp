//===- GraphIndex.cpp - Who makes and who reads a value -------------------===//

#include "compiler/Frontend/ONNX/GraphIndex.h"

#include "compiler/Support/Quote.h"

using namespace sinter;
using namespace sinter::onnx;
using llvm::StringRef;

bool GraphIndex::build(Report report) { return collect(report) && sort(report); }

bool GraphIndex::define(StringRef name, int maker, Report report) {
  if (name.empty() && maker >= 0) // an optional output that is left out
    return true;
  if (!name.empty() && makers.try_emplace(name, maker).second)
    return true;
  report(maker, name.empty() ? "expects each input and initializer to have a name, got ''"
                             : "expects each value to be made once, got a second " + quoted(name));
  return false;
}

bool GraphIndex::collect(Report report) {
  bool isValid = true;
  for (const auto &tensor : graph.initializer()) {
    isValid &= define(tensor.name(), -1, report);
    initializers[tensor.name()] = &tensor;
  }
  for (const auto &tensor : graph.sparse_initializer())
    isValid &= define(tensor.values().name(), -1, report);
  // Before IR version 4 every initializer was listed as an input, too.
  for (const auto &input : graph.input())
    if (!initializers.count(input.name()))
      isValid &= define(input.name(), -1, report);
  for (int node = 0; node < graph.node_size(); ++node)
    for (const std::string &output : graph.node(node).output())
      isValid &= define(output, node, report);
  return isValid;
}

/// A depth-first search from the outputs, without recursion: a file may hold a chain of any
/// length. In a graph that is sorted already the nodes keep their order.
bool GraphIndex::sort(Report report) {
  enum State : char { Unseen, Open, Done };
  std::vector<State> states(graph.node_size(), Unseen);
  llvm::SmallVector<std::pair<int, int>> path; // a node and its next input
  bool isValid = true;
  // Opens the node that makes a value.
  auto visit = [&](StringRef name, int reader) {
    ++uses[name];
    auto maker = makers.find(name);
    if (maker == makers.end()) {
      report(reader,
             "expects its input " + quoted(name) +
                 " to be an input, an initializer or made by a node, got none of that name");
      isValid = false;
    } else if (maker->second >= 0 && states[maker->second] == Open) {
      report(reader, "expects a graph without cycles, got one through " + quoted(name));
      isValid = false;
    } else if (maker->second >= 0 && states[maker->second] == Unseen) {
      states[maker->second] = Open;
      path.push_back({maker->second, 0});
    }
  };
  for (const auto &output : graph.output()) {
    if (!makers.count(output.name())) {
      report(-1, "expects output " + quoted(output.name()) + " to be made by a node, got none");
      isValid = false;
      continue;
    }
    visit(output.name(), -1);
    while (!path.empty()) {
      int node = path.back().first, next = path.back().second++;
      if (next == graph.node(node).input_size()) {
        states[node] = Done;
        sorted.push_back(node);
        path.pop_back();
      } else if (const std::string &input = graph.node(node).input(next); !input.empty()) {
        visit(input, node);
      }
    }
  }
  // Branches were taken one by one; where the file's own order is an order, it reads better.
  llvm::SmallVector<int, 0> ascending(sorted);
  llvm::sort(ascending);
  std::fill(states.begin(), states.end(), Unseen);
  for (int node : ascending) {
    states[node] = Done;
    for (const std::string &input : graph.node(node).input()) {
      auto maker = makers.find(input);
      if (maker != makers.end() && maker->second >= 0 && states[maker->second] != Done)
        return isValid;
    }
  }
  sorted = std::move(ascending);
  return isValid;
}
