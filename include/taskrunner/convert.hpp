#pragma once

#include <taskrunner/error.hpp>
#include <taskrunner/json.hpp>

#include <boost/describe.hpp>
#include <boost/mp11.hpp>

#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace taskrunner {

/// Our value as a C++ type, and back. Known are Json itself, bool, numbers, std::string, std::optional,
/// std::vector, std::map<std::string, …>, and structs that Boost.Describe knows (BOOST_DESCRIBE_STRUCT), member
/// by member. A member that is missing keeps the struct's default only where it is optional; else, and
/// for a wrong type, Error{invalid_argument} names it. Unknown members are ignored.
template <typename T>
T from_json(const Json& json);
template <typename T>
Json to_json(const T& value);

namespace detail {

template <typename T>
struct is_optional : std::false_type {};
template <typename T>
struct is_optional<std::optional<T>> : std::true_type {};
template <typename T>
struct is_vector : std::false_type {};
template <typename T>
struct is_vector<std::vector<T>> : std::true_type {};
template <typename T>
struct is_string_map : std::false_type {};
template <typename T>
struct is_string_map<std::map<std::string, T>> : std::true_type {};
template <typename T>
concept described = boost::describe::has_describe_members<T>::value;
template <typename T>
using members_of = boost::describe::describe_members<T, boost::describe::mod_public>;

template <typename Member>
void read_member(const Json& json, const char* name, Member& member) {
  const Json* found = json.find(name);
  if (!found) {
    if constexpr (is_optional<Member>::value)
      return;
    else
      throw Error(ErrorCode::invalid_argument, "'" + std::string(name) + "' is missing");
  } else {
    try {
      member = from_json<Member>(*found);
    } catch (const Error& error) {
      throw Error(error.code(), "'" + std::string(name) + "': " + error.what());
    }
  }
}

template <described T>
T read_struct(const Json& json) {
  json.as_object();
  T value{};
  boost::mp11::mp_for_each<members_of<T>>([&](auto member) { read_member(json, member.name, value.*member.pointer); });
  return value;
}

template <described T>
Json write_struct(const T& value) {
  JsonObject object;
  boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
    const auto& field = value.*member.pointer;
    if constexpr (is_optional<std::decay_t<decltype(field)>>::value) {
      if (field) object.set(member.name, to_json(*field));
    } else {
      object.set(member.name, to_json(field));
    }
  });
  return object;
}

template <std::integral T>
T read_integer(const Json& json) {
  const std::int64_t value = json.as_int64();
  if (!std::in_range<T>(value)) throw Error(ErrorCode::invalid_argument, "the number is out of range");
  return static_cast<T>(value);
}

}  // namespace detail

template <typename T>
T from_json(const Json& json) {
  if constexpr (std::is_same_v<T, Json>) {
    return json;
  } else if constexpr (std::is_same_v<T, bool>) {
    return json.as_bool();
  } else if constexpr (std::is_integral_v<T>) {
    return detail::read_integer<T>(json);
  } else if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(json.as_double());
  } else if constexpr (std::is_same_v<T, std::string>) {
    return json.as_string();
  } else if constexpr (detail::is_optional<T>::value) {
    if (json.is_null()) return std::nullopt;
    return from_json<typename T::value_type>(json);
  } else if constexpr (detail::is_vector<T>::value) {
    T values;
    for (const Json& element : json.as_array()) values.push_back(from_json<typename T::value_type>(element));
    return values;
  } else if constexpr (detail::is_string_map<T>::value) {
    T values;
    for (const auto& [name, value] : json.as_object()) values[name] = from_json<typename T::mapped_type>(value);
    return values;
  } else {
    static_assert(detail::described<T>, "describe this type with BOOST_DESCRIBE_STRUCT");
    return detail::read_struct<T>(json);
  }
}

template <typename T>
Json to_json(const T& value) {
  if constexpr (detail::is_optional<T>::value) {
    return value ? to_json(*value) : Json();
  } else if constexpr (detail::is_vector<T>::value) {
    JsonArray array;
    for (const auto& element : value) array.push_back(to_json(element));
    return array;
  } else if constexpr (detail::is_string_map<T>::value) {
    JsonObject object;
    for (const auto& [name, element] : value) object.set(name, to_json(element));
    return object;
  } else if constexpr (detail::described<T>) {
    return detail::write_struct(value);
  } else {
    return Json(value);
  }
}

}  // namespace taskrunner
