// Memory that is asked for before it is needed: where running out would do harm, such as in the middle of an output.
#pragma once

#include <cstddef>

namespace sm {

// Throws std::bad_alloc unless this many more bytes can be had now. Keeps none of them.
void need_memory(std::size_t bytes);

}  // namespace sm
