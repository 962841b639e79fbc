/* SPDX-License-Identifier: Apache-2.0 */

import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.JSONArray;
import com.alibaba.fastjson.JSONObject;
import com.alipay.api.AlipayApiException;
import com.alipay.api.AlipayClient;
import com.alipay.api.AlipayConfig;
import com.alipay.api.AlipayRequest;
import com.alipay.api.AlipayResponse;
import com.alipay.api.DefaultAlipayClient;
import com.alipay.api.domain.AlipayMarketingVoucherBatchsendModel;
import com.alipay.api.domain.AlipayMarketingVoucherListQueryModel;
import com.alipay.api.domain.AlipayMarketingVoucherSendModel;
import com.alipay.api.domain.AlipayTradeQueryModel;
import com.alipay.api.domain.AlipayUserPassGrouplistQueryModel;
import com.alipay.api.domain.OpenBatchVoucher;
import com.alipay.api.domain.OpenVoucherDTO;
import com.alipay.api.domain.PassInfoOpenApiModel;
import com.alipay.api.domain.VoucherLiteInfo;
import com.alipay.api.request.AlipayMarketingVoucherBatchsendRequest;
import com.alipay.api.request.AlipayMarketingVoucherListQueryRequest;
import com.alipay.api.request.AlipayMarketingVoucherSendRequest;
import com.alipay.api.request.AlipayTradeQueryRequest;
import com.alipay.api.request.AlipayUserPassGrouplistQueryRequest;
import com.alipay.api.response.AlipayMarketingVoucherBatchsendResponse;
import com.alipay.api.response.AlipayMarketingVoucherListQueryResponse;
import com.alipay.api.response.AlipayMarketingVoucherSendResponse;
import com.alipay.api.response.AlipayUserPassGrouplistQueryResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.text.SimpleDateFormat;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.TimeZone;

/**
 * Calls a gateway with the official Java library. Reads one JSON object a line on standard input (a client's
 * settings, a method and its fields; conftest.py describes it) and writes one a line on standard output: the
 * answer's fields, or {"refused": why} where the library threw.
 */
public final class Calls {
    public static void main(String[] arguments) throws IOException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream output = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            output.println(run(JSON.parseObject(line)).toJSONString());
        }
    }

    private static JSONObject run(JSONObject call) {
        try {
            AlipayClient client = new DefaultAlipayClient(config(call));
            AlipayRequest<?> request = request(call.getString("method"), call.getJSONObject("fields"));
            return answer(client.execute(request, null, call.getString("app_auth_token")));
        } catch (AlipayApiException | RuntimeException exception) {
            JSONObject refusal = new JSONObject();
            refusal.put("refused", exception.toString());
            return refusal;
        }
    }

    private static AlipayConfig config(JSONObject call) {
        AlipayConfig config = new AlipayConfig();
        config.setServerUrl(call.getString("gateway"));
        config.setAppId(call.getString("app_id"));
        config.setPrivateKey(bare(call.getString("private_key")));
        config.setAlipayPublicKey(bare(call.getString("gateway_public_key")));
        config.setCharset(call.getString("charset"));
        config.setSignType(call.getString("sign_type"));
        return config;
    }

    /** The library takes keys (PKCS#8 and SubjectPublicKeyInfo) as bare base64, without the PEM lines. */
    private static String bare(String pem) {
        return pem.replaceAll("-----[A-Z ]+-----|\\s", "");
    }

    private static AlipayRequest<?> request(String method, JSONObject fields) {
        AlipayRequest<?> ofTemplates = TemplateCalls.request(method, fields);
        if (ofTemplates != null) {
            return ofTemplates;
        }
        switch (method) {
        case "alipay.marketing.voucher.send":
            return voucherSend(fields);
        case "alipay.marketing.voucher.batchsend":
            return voucherBatchsend(fields);
        case "alipay.marketing.voucher.list.query":
            return voucherListQuery(fields);
        case "alipay.user.pass.grouplist.query":
            return passGrouplistQuery(fields);
        case "alipay.trade.query":
            return tradeQuery(fields);
        default:
            throw new IllegalArgumentException("no typed request here for " + method);
        }
    }

    private static AlipayRequest<?> voucherSend(JSONObject fields) {
        AlipayMarketingVoucherSendModel model = new AlipayMarketingVoucherSendModel();
        model.setTemplateId(fields.getString("template_id"));
        model.setUserId(fields.getString("user_id"));
        model.setLoginId(fields.getString("login_id"));
        model.setTaobaoNick(fields.getString("taobao_nick"));
        model.setOutBizNo(fields.getString("out_biz_no"));
        model.setAmount(fields.getString("amount"));
        model.setMemo(fields.getString("memo"));
        AlipayMarketingVoucherSendRequest request = new AlipayMarketingVoucherSendRequest();
        request.setBizModel(model);
        return request;
    }

    private static AlipayRequest<?> voucherBatchsend(JSONObject fields) {
        List<OpenBatchVoucher> recipients = new ArrayList<>();
        for (Object entry : fields.getJSONArray("vouchers")) {
            OpenBatchVoucher recipient = new OpenBatchVoucher();
            recipient.setUserId(((JSONObject) entry).getString("user_id"));
            recipients.add(recipient);
        }
        AlipayMarketingVoucherBatchsendModel model = new AlipayMarketingVoucherBatchsendModel();
        model.setTemplateId(fields.getString("template_id"));
        model.setOutBizNo(fields.getString("out_biz_no"));
        model.setMemo(fields.getString("memo"));
        model.setVouchers(recipients);
        AlipayMarketingVoucherBatchsendRequest request = new AlipayMarketingVoucherBatchsendRequest();
        request.setBizModel(model);
        return request;
    }

    private static AlipayRequest<?> voucherListQuery(JSONObject fields) {
        AlipayMarketingVoucherListQueryModel model = new AlipayMarketingVoucherListQueryModel();
        model.setTemplateId(fields.getString("template_id"));
        model.setUserId(fields.getString("user_id"));
        AlipayMarketingVoucherListQueryRequest request = new AlipayMarketingVoucherListQueryRequest();
        request.setBizModel(model);
        return request;
    }

    private static AlipayRequest<?> passGrouplistQuery(JSONObject fields) {
        AlipayUserPassGrouplistQueryModel model = new AlipayUserPassGrouplistQueryModel();
        model.setUserId(fields.getString("user_id"));
        model.setPartnerId(fields.getString("partner_id"));
        model.setGroupType(fields.getString("group_type"));
        model.setTimeStatus(fields.getString("time_status"));
        model.setCityCode(fields.getString("city_code"));
        model.setNeedShopinfo(fields.getBoolean("need_shopinfo"));
        model.setPageSize(fields.getLong("page_size"));
        model.setPageNum(fields.getLong("page_num"));
        AlipayUserPassGrouplistQueryRequest request = new AlipayUserPassGrouplistQueryRequest();
        request.setBizModel(model);
        return request;
    }

    private static AlipayRequest<?> tradeQuery(JSONObject fields) {
        AlipayTradeQueryModel model = new AlipayTradeQueryModel();
        model.setOutTradeNo(fields.getString("out_trade_no"));
        AlipayTradeQueryRequest request = new AlipayTradeQueryRequest();
        request.setBizModel(model);
        return request;
    }

    private static JSONObject answer(AlipayResponse response) {
        JSONObject answer = new JSONObject();
        answer.put("code", response.getCode());
        answer.put("msg", response.getMsg());
        answer.put("sub_code", response.getSubCode());
        answer.put("sub_msg", response.getSubMsg());
        answer.put("trace_id", response.getParams().get("traceId"));
        if (response instanceof AlipayMarketingVoucherSendResponse sent) {
            answer.put("voucher_id", sent.getVoucherId());
            answer.put("user_id", sent.getUserId());
        } else if (response instanceof AlipayMarketingVoucherBatchsendResponse batch && batch.isSuccess()) {
            answer.put("vouchers", batchsent(batch));
        } else if (response instanceof AlipayMarketingVoucherListQueryResponse list && list.isSuccess()) {
            answer.put("vouchers", vouchers(list));
        } else if (response instanceof AlipayUserPassGrouplistQueryResponse wallet && wallet.isSuccess()) {
            answer.put("pass_info_list", passes(wallet));
        } else {
            TemplateCalls.put(response, answer);
        }
        return answer;
    }

    private static JSONArray batchsent(AlipayMarketingVoucherBatchsendResponse response) {
        JSONArray vouchers = new JSONArray();
        for (OpenVoucherDTO info : response.getVouchers()) {
            JSONObject voucher = new JSONObject();
            voucher.put("voucher_id", info.getVoucherId());
            voucher.put("total_amount", info.getTotalAmount());
            voucher.put("gmt_create", time(info.getGmtCreate()));
            voucher.put("gmt_active", time(info.getGmtActive()));
            voucher.put("gmt_expired", time(info.getGmtExpired()));
            vouchers.add(voucher);
        }
        return vouchers;
    }

    private static JSONArray vouchers(AlipayMarketingVoucherListQueryResponse response) {
        JSONArray vouchers = new JSONArray();
        for (VoucherLiteInfo info : response.getVouchers()) {
            JSONObject voucher = new JSONObject();
            voucher.put("template_id", info.getTemplateId());
            voucher.put("voucher_id", info.getVoucherId());
            voucher.put("status", info.getStatus());
            voucher.put("send_time", time(info.getSendTime()));
            vouchers.add(voucher);
        }
        return vouchers;
    }

    private static JSONArray passes(AlipayUserPassGrouplistQueryResponse response) {
        JSONArray passes = new JSONArray();
        for (PassInfoOpenApiModel info : response.getPassInfoList()) {
            JSONObject pass = new JSONObject();
            pass.put("pass_id", info.getPassId());
            pass.put("mechant_name", info.getMechantName());
            pass.put("logo_text", info.getLogoText());
            pass.put("second_logo_text", info.getSecondLogoText());
            pass.put("item_id", info.getItemId());
            pass.put("start_date", time(info.getStartDate()));
            pass.put("end_date", time(info.getEndDate()));
            pass.put("gmt_create", time(info.getGmtCreate()));
            pass.put("shop_id_list", info.getShopIdList());
            pass.put("data_info", info.getDataInfo());
            pass.put("status", info.getStatus());
            pass.put("ext_info", info.getExtInfo());
            passes.add(pass);
        }
        return passes;
    }

    /** The library makes dates of the answer's Beijing times; this is the way back. */
    private static String time(Date date) {
        SimpleDateFormat format = new SimpleDateFormat("yyyy-MM-dd HH:mm:ss");
        format.setTimeZone(TimeZone.getTimeZone("GMT+8"));
        return date == null ? null : format.format(date);
    }
}
