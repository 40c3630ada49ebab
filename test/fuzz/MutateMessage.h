//===- MutateMessage.h - Random changes to protobuf messages ------*- C++ -*-===//

#ifndef SINTER_TEST_FUZZ_MUTATEMESSAGE_H
#define SINTER_TEST_FUZZ_MUTATEMESSAGE_H

namespace google::protobuf {
class Message;
} // namespace google::protobuf

namespace sinter::fuzz {

/// Makes one to four changes somewhere in `message`: sets, clears, adds, removes, repeats and
/// swaps. New strings are mostly those that occur elsewhere in it, so that names go on to match.
void mutateMessage(google::protobuf::Message &message, unsigned seed);

} // namespace sinter::fuzz

#endif // SINTER_TEST_FUZZ_MUTATEMESSAGE_H
