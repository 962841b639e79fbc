/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_GENERATE_METHODS_H
#define KQ_CLIENT_GENERATE_METHODS_H

#include <stdbool.h>

#include "api/catalogue.h"

/* The program that writes kaquan_methods.h, kaquan_layouts.h and kaquan_methods.c from the catalogue when the
 * library is built, to standard output. It is no part of the library. */

/* Long enough for kq_, a method's name, _request and the names of nested fields. */
#define KQ_GENERATED_NAME_SIZE 256

/* A method's name in C: kq_alipay_marketing_voucher_send. */
void kq_generated_name(const struct kq_method *method, char name[KQ_GENERATED_NAME_SIZE]);

/* Of what an object or a list within a struct is made: STRUCT_FIELD. */
void kq_generated_member_name(const char *structure, const struct kq_field *field,
                              char name[KQ_GENERATED_NAME_SIZE]);

/* How a field is called in C: its name, and an underscore after a word that C++ has taken. */
const char *kq_generated_field_name(const struct kq_field *field, char name[KQ_GENERATED_NAME_SIZE]);

void kq_generate_header(void);
void kq_generate_layouts(void);
void kq_generate_source(void);

#endif
