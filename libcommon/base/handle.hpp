// Handle<T, free_function>: sole owner of an object of a C library.
#pragma once

#include <memory>

namespace sm {

template <auto Free>
struct HandleDeleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

// Handle<rnp_ffi_st, rnp_ffi_destroy> ffi; a C constructor fills it through std::out_ptr's poor man's form,
// out(handle).
template <class T, auto Free>
using Handle = std::unique_ptr<T, HandleDeleter<Free>>;

// For `int make(T** result)`: make(out(handle)) gives the handle what the function stored, at the end of the
// expression.
template <class H>
class Out {
 public:
  explicit Out(H& handle) : handle_(handle) {}
  Out(const Out&) = delete;
  Out& operator=(const Out&) = delete;
  ~Out() { handle_.reset(raw_); }
  operator typename H::pointer *() { return &raw_; }

 private:
  H& handle_;
  typename H::pointer raw_ = nullptr;
};

template <class H>
Out<H> out(H& handle) {
  return Out<H>(handle);
}

}  // namespace sm
