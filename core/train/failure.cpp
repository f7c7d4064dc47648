#include "core/train/failure.h"

#include "core/base/text.h"
#include "core/tensor/tensor.h"

#include <algorithm>
#include <cctype>
#include <new>

namespace concord {

namespace {

std::string firstLineOf(const std::string &text)
{
    return trim(text.substr(0, text.find('\n')));
}

/// `words` are lower case.
bool saysOneOf(const std::string &text, std::initializer_list<const char *> words)
{
    std::string lower = text;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return std::ranges::any_of(words, [&](const char *word) { return lower.find(word) != std::string::npos; });
}

std::string placeText(const FailurePlace &place)
{
    return place.step > 0 ? fmt::format(" at step {}", place.step) : std::string(" while preparing the run");
}

std::string outOfMemory(const FailurePlace &place)
{
    return fmt::format(
        "out of memory{} on device '{}': lower the batch size (now {}), make the network or the images smaller, or train with precision bfloat16",
        placeText(place), place.device, place.batch);
}

std::string sentenceFor(const std::string &text, const FailurePlace &place)
{
    if (saysOneOf(text, {"out of memory", "can't allocate memory", "cannot allocate memory", "not enough memory", "alloc_failed"}))
        return outOfMemory(place);
    const std::string where = place.step > 0 ? fmt::format(" (at step {})", place.step) : std::string();
    if (saysOneOf(text, {"no space left", "disk is full", "disk full", "quota exceeded"}))
        return fmt::format("{}{}: free some space on that disk and resume the run from its last checkpoint", text, where);
    return text + where;
}

} // namespace

std::string failureSentence(std::exception_ptr thrown, const FailurePlace &place)
{
    try {
        std::rethrow_exception(thrown);
    } catch (const StepFailure &failure) {
        return failure.what();
    } catch (const Error &error) {
        return sentenceFor(error.what(), place);
    } catch (const std::bad_alloc &) {
        return outOfMemory(place);
    } catch (const c10::OutOfMemoryError &) {
        return outOfMemory(place);
    } catch (const c10::Error &error) {
        return sentenceFor(firstLineOf(error.what_without_backtrace()), place);
    } catch (const std::exception &error) {
        return sentenceFor(firstLineOf(error.what()), place);
    } catch (...) {
        return sentenceFor("an unknown exception was thrown", place);
    }
}

} // namespace concord
