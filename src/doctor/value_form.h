/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOCTOR_VALUE_FORM_H
#define KQ_DOCTOR_VALUE_FORM_H

#include "base/buffer.h"
#include "base/slice.h"
#include "wire/charset.h"

/* What programs do to a text between signing and sending, or before signing: each appends `text` in another
 * form to `out`. A buffer that fails says so itself. */
typedef void kq_value_form(struct kq_slice text, struct kq_buffer *out);

/* Percent-encoding, as languages do it. */
void kq_form_java_encoded(struct kq_slice text, struct kq_buffer *out);    /* URLEncoder */
void kq_form_uri_component(struct kq_slice text, struct kq_buffer *out);   /* JavaScript */
void kq_form_uri(struct kq_slice text, struct kq_buffer *out);             /* JavaScript's encodeURI */
void kq_form_rfc3986(struct kq_slice text, struct kq_buffer *out);         /* PHP's rawurlencode */
void kq_form_quoted(struct kq_slice text, struct kq_buffer *out);          /* Python's quote: `/` stays */
void kq_form_python_plus(struct kq_slice text, struct kq_buffer *out);     /* Python's quote_plus, Go */
void kq_form_net_encoded(struct kq_slice text, struct kq_buffer *out);     /* .NET: lower-case digits */
void kq_form_percent_decoded(struct kq_slice text, struct kq_buffer *out); /* `+` is a space */
void kq_form_percent_only_decoded(struct kq_slice text, struct kq_buffer *out); /* `+` stays */

void kq_form_plus_for_space(struct kq_slice text, struct kq_buffer *out);
void kq_form_escape_for_space(struct kq_slice text, struct kq_buffer *out); /* %20 */
void kq_form_space_for_plus(struct kq_slice text, struct kq_buffer *out);

void kq_form_html_escaped(struct kq_slice text, struct kq_buffer *out); /* & < > " ' */
void kq_form_html_hex(struct kq_slice text, struct kq_buffer *out);    /* ' as &#x27;: Python's html.escape */
void kq_form_html_quotes(struct kq_slice text, struct kq_buffer *out); /* " alone, as in an attribute */
void kq_form_html_ampersand(struct kq_slice text, struct kq_buffer *out); /* & alone */
void kq_form_html_unescaped(struct kq_slice text, struct kq_buffer *out);

void kq_form_trimmed(struct kq_slice text, struct kq_buffer *out);
void kq_form_without_space(struct kq_slice text, struct kq_buffer *out); /* none anywhere */
void kq_form_space_behind(struct kq_slice text, struct kq_buffer *out);
void kq_form_line_end(struct kq_slice text, struct kq_buffer *out); /* and a line end behind it */
void kq_form_windows_line_end(struct kq_slice text, struct kq_buffer *out);
void kq_form_byte_order_mark(struct kq_slice text, struct kq_buffer *out); /* one before it */
void kq_form_unix_lines(struct kq_slice text, struct kq_buffer *out);
void kq_form_windows_lines(struct kq_slice text, struct kq_buffer *out);

void kq_form_lower(struct kq_slice text, struct kq_buffer *out);
void kq_form_upper(struct kq_slice text, struct kq_buffer *out);
void kq_form_slashes_added(struct kq_slice text, struct kq_buffer *out); /* PHP's addslashes */
void kq_form_slashes_stripped(struct kq_slice text, struct kq_buffer *out);
void kq_form_json_string(struct kq_slice text, struct kq_buffer *out); /* JSON.stringify of a text */

/* From one charset's bytes to another's. Nothing is appended where that cannot be. */
void kq_form_utf8_to_gbk(struct kq_slice text, struct kq_buffer *out);
void kq_form_gbk_to_utf8(struct kq_slice text, struct kq_buffer *out);
void kq_form_latin1_to_utf8(struct kq_slice text, struct kq_buffer *out);  /* UTF-8 taken for Latin-1 */
void kq_form_question_marks(struct kq_slice text, struct kq_buffer *out);  /* one for each character */
void kq_form_question_bytes(struct kq_slice text, struct kq_buffer *out);  /* one for each byte */
void kq_form_unicode_escaped(struct kq_slice text, struct kq_buffer *out); /* \uXXXX outside JSON, too */
void kq_form_utf16_big(struct kq_slice text, struct kq_buffer *out);
void kq_form_utf16_little(struct kq_slice text, struct kq_buffer *out);

/* Digests of it, where a library that signs makes one itself. */
void kq_form_sha256_hex(struct kq_slice text, struct kq_buffer *out);
void kq_form_sha256_upper_hex(struct kq_slice text, struct kq_buffer *out);
void kq_form_sha256_bytes(struct kq_slice text, struct kq_buffer *out);
void kq_form_sha256_base64(struct kq_slice text, struct kq_buffer *out);
void kq_form_sha1_hex(struct kq_slice text, struct kq_buffer *out);
void kq_form_sha1_bytes(struct kq_slice text, struct kq_buffer *out);
void kq_form_md5_hex(struct kq_slice text, struct kq_buffer *out);
void kq_form_md5_upper_hex(struct kq_slice text, struct kq_buffer *out);
void kq_form_base64(struct kq_slice text, struct kq_buffer *out); /* no digest, but as wrong */

#endif
