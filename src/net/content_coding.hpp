#pragma once

#include <string>
#include <string_view>

namespace taskrunner::net {

/// How a body is packed on its way (RFC 9110 section 8.4.1); `deflate` is the zlib format.
enum class ContentCoding { identity, gzip, deflate };

/// The best that an Accept-Encoding value allows, by its weights; gzip where two are equal. Anything malformed
/// counts as not accepted.
ContentCoding choose_coding(std::string_view accept_encoding);

/// "gzip", "deflate" or "" as Content-Encoding has it.
std::string_view coding_name(ContentCoding coding);

/// Packs quickly rather than small: it is done on the loop. Identity gives the bytes back.
std::string encode_content(ContentCoding coding, std::string bytes);

}  // namespace taskrunner::net
