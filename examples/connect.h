/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KAQUAN_EXAMPLES_CONNECT_H
#define KAQUAN_EXAMPLES_CONNECT_H

#include <kaquan.h>
#include <stdio.h>
#include <stdlib.h>

/* What all examples begin with: a client of the gateway and application that the environment names, by the
 * same variables as `kaquan call` takes. Ends the program where that cannot be. */
struct kq_client *connect_from_environment(void);

#endif
