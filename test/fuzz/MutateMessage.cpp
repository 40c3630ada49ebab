//===- MutateMessage.cpp - Random changes to protobuf messages ------------===//

#include "test/fuzz/MutateMessage.h"

#include "test/fuzz/Fuzz.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <limits>
#include <random>
#include <vector>

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

class Mutation {
public:
  Mutation(Message &root, unsigned seed) : random(seed) { collect(root); }

  /// Changes one field of one message.
  void run() {
    Message &message = *pick(messages);
    const auto *type = message.GetDescriptor();
    if (type->field_count() == 0)
      return;
    const FieldDescriptor *field = type->field(below(type->field_count()));
    // Fields that are there are the more interesting ones.
    std::vector<const FieldDescriptor *> present;
    message.GetReflection()->ListFields(message, &present);
    if (!present.empty() && below(4) != 0)
      field = pick(present);
    if (field->is_repeated())
      changeArray(message, field);
    else if (below(6) == 0)
      message.GetReflection()->ClearField(&message, field);
    else
      setOrAdd(message, field);
  }

private:
  size_t below(size_t bound) { return random() % bound; }
  template <typename Values> auto pick(Values &values) -> decltype(values[0]) {
    return values[below(std::size(values))];
  }

  /// Remembers the messages of the tree, and the strings in it.
  void collect(Message &message) {
    messages.push_back(&message);
    const Reflection *reflection = message.GetReflection();
    std::vector<const FieldDescriptor *> present;
    reflection->ListFields(message, &present);
    for (const FieldDescriptor *field : present) {
      bool isMany = field->is_repeated();
      int count = isMany ? reflection->FieldSize(message, field) : 1;
      for (int i = 0; i < count; ++i) {
        if (field->message_type())
          collect(isMany ? *reflection->MutableRepeatedMessage(&message, field, i)
                         : *reflection->MutableMessage(&message, field));
        else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING)
          strings.push_back(isMany ? reflection->GetRepeatedString(message, field, i)
                                   : reflection->GetString(message, field));
      }
    }
  }

  void changeArray(Message &message, const FieldDescriptor *field) {
    const Reflection *reflection = message.GetReflection();
    int count = reflection->FieldSize(message, field);
    size_t change = count == 0 ? 0 : below(5);
    if (change == 1) {
      reflection->SwapElements(&message, field, below(count), below(count));
    } else if (change == 2 && field->message_type()) {
      const Message &twin = reflection->GetRepeatedMessage(message, field, below(count));
      reflection->AddMessage(&message, field)->CopyFrom(twin);
    } else if (change == 3) {
      reflection->SwapElements(&message, field, below(count), count - 1);
      reflection->RemoveLast(&message, field);
    } else {
      setOrAdd(message, field);
      if (change == 4) { // in place of another
        reflection->SwapElements(&message, field, below(count), count);
        reflection->RemoveLast(&message, field);
      }
    }
  }

  /// Sets a field, or adds to a repeated one.
  void setOrAdd(Message &message, const FieldDescriptor *field) {
    const Reflection *reflection = message.GetReflection();
    bool adds = field->is_repeated();
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return adds ? reflection->AddInt32(&message, field, integer())
                  : reflection->SetInt32(&message, field, integer());
    case FieldDescriptor::CPPTYPE_INT64:
      return adds ? reflection->AddInt64(&message, field, integer())
                  : reflection->SetInt64(&message, field, integer());
    case FieldDescriptor::CPPTYPE_UINT64:
      return adds ? reflection->AddUInt64(&message, field, integer())
                  : reflection->SetUInt64(&message, field, integer());
    case FieldDescriptor::CPPTYPE_FLOAT:
      return adds ? reflection->AddFloat(&message, field, real())
                  : reflection->SetFloat(&message, field, real());
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return adds ? reflection->AddDouble(&message, field, real())
                  : reflection->SetDouble(&message, field, real());
    case FieldDescriptor::CPPTYPE_STRING:
      return adds ? reflection->AddString(&message, field, string())
                  : reflection->SetString(&message, field, string());
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto *value = field->enum_type()->value(below(field->enum_type()->value_count()));
      return adds ? reflection->AddEnum(&message, field, value)
                  : reflection->SetEnum(&message, field, value);
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      adds ? reflection->AddMessage(&message, field) : reflection->MutableMessage(&message, field);
      return;
    default:
      return; // ONNX has no others.
    }
  }

  /// Mostly small ones, and those at which something tends to happen.
  int64_t integer() {
    static const int64_t special[] = {-1,        -2,        -4,        65536,
                                      INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN,
                                      1LL << 31, 1LL << 32, 1LL << 40, 1LL << 62};
    return below(3) ? static_cast<int64_t>(below(20)) : pick(special);
  }

  double real() {
    static const double special[] = {0,
                                     1,
                                     -1,
                                     0.5,
                                     1e-5,
                                     6,
                                     1e30,
                                     -1e-45,
                                     std::numeric_limits<double>::infinity(),
                                     std::numeric_limits<double>::quiet_NaN()};
    return pick(special);
  }

  std::string string() {
    std::string text = strings.empty() ? "" : pick(strings);
    if (!strings.empty() && below(8) != 0)
      return text;
    size_t size = text.size();
    text.resize(size + 16);
    text.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t *>(text.data()), size, text.size()));
    return text;
  }

  std::mt19937 random;
  std::vector<Message *> messages;
  std::vector<std::string> strings;
};

} // namespace

void sinter::fuzz::mutateMessage(Message &message, unsigned seed) {
  // Anew each time: a change may remove what was collected.
  for (unsigned i = 0; i <= (seed >> 8) % 4; ++i)
    Mutation(message, seed + i).run();
}
