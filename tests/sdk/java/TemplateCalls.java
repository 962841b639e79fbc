/* SPDX-License-Identifier: Apache-2.0 */

import com.alibaba.fastjson.JSONArray;
import com.alibaba.fastjson.JSONObject;
import com.alipay.api.AlipayRequest;
import com.alipay.api.AlipayResponse;
import com.alipay.api.domain.AlipayMarketingCashlessvoucherTemplateCreateModel;
import com.alipay.api.domain.AlipayMarketingCashlessvoucherTemplateModifyModel;
import com.alipay.api.domain.AlipayMarketingCashvoucherTemplateCreateModel;
import com.alipay.api.domain.AlipayMarketingCashvoucherTemplateModifyModel;
import com.alipay.api.domain.AlipayMarketingExchangevoucherTemplateCreateModel;
import com.alipay.api.domain.AlipayMarketingVoucherTemplateDeleteModel;
import com.alipay.api.domain.AlipayMarketingVoucherTemplatedetailQueryModel;
import com.alipay.api.domain.AlipayMarketingVoucherTemplatelistQueryModel;
import com.alipay.api.domain.VoucherTemplateLiteInfo;
import com.alipay.api.request.AlipayMarketingCashlessvoucherTemplateCreateRequest;
import com.alipay.api.request.AlipayMarketingCashlessvoucherTemplateModifyRequest;
import com.alipay.api.request.AlipayMarketingCashvoucherTemplateCreateRequest;
import com.alipay.api.request.AlipayMarketingCashvoucherTemplateModifyRequest;
import com.alipay.api.request.AlipayMarketingExchangevoucherTemplateCreateRequest;
import com.alipay.api.request.AlipayMarketingVoucherTemplateDeleteRequest;
import com.alipay.api.request.AlipayMarketingVoucherTemplatedetailQueryRequest;
import com.alipay.api.request.AlipayMarketingVoucherTemplatelistQueryRequest;
import com.alipay.api.response.AlipayMarketingCashlessvoucherTemplateCreateResponse;
import com.alipay.api.response.AlipayMarketingCashvoucherTemplateCreateResponse;
import com.alipay.api.response.AlipayMarketingCashvoucherTemplateModifyResponse;
import com.alipay.api.response.AlipayMarketingExchangevoucherTemplateCreateResponse;
import com.alipay.api.response.AlipayMarketingVoucherTemplatedetailQueryResponse;
import com.alipay.api.response.AlipayMarketingVoucherTemplatelistQueryResponse;
import java.text.ParseException;
import java.text.SimpleDateFormat;
import java.util.Date;
import java.util.TimeZone;

/** The library's typed requests and answers of the methods that make, change, show and delete templates. */
final class TemplateCalls {
    private TemplateCalls() {
    }

    /** Null: another method. */
    static AlipayRequest<?> request(String method, JSONObject fields) {
        switch (method) {
        case "alipay.marketing.cashlessvoucher.template.create":
            return cashlessCreate(fields);
        case "alipay.marketing.cashvoucher.template.create":
            return cashCreate(fields);
        case "alipay.marketing.exchangevoucher.template.create":
            return exchangeCreate(fields);
        case "alipay.marketing.cashlessvoucher.template.modify":
            return cashlessModify(fields);
        case "alipay.marketing.cashvoucher.template.modify":
            return cashModify(fields);
        case "alipay.marketing.voucher.templatedetail.query":
            return detailQuery(fields);
        case "alipay.marketing.voucher.templatelist.query":
            return listQuery(fields);
        case "alipay.marketing.voucher.template.delete":
            return templateDelete(fields);
        default:
            return null;
        }
    }

    private static AlipayRequest<?> cashlessCreate(JSONObject fields) {
        AlipayMarketingCashlessvoucherTemplateCreateModel model =
            new AlipayMarketingCashlessvoucherTemplateCreateModel();
        model.setVoucherType(fields.getString("voucher_type"));
        model.setBrandName(fields.getString("brand_name"));
        model.setPublishStartTime(date(fields, "publish_start_time"));
        model.setPublishEndTime(date(fields, "publish_end_time"));
        model.setVoucherValidPeriod(fields.getString("voucher_valid_period"));
        model.setVoucherAvailableTime(fields.getString("voucher_available_time"));
        model.setOutBizNo(fields.getString("out_biz_no"));
        model.setVoucherDescription(fields.getString("voucher_description"));
        model.setVoucherQuantity(fields.getLong("voucher_quantity"));
        model.setAmount(fields.getString("amount"));
        model.setFloorAmount(fields.getString("floor_amount"));
        model.setTotalAmount(fields.getString("total_amount"));
        model.setRuleConf(fields.getString("rule_conf"));
        model.setNotifyUri(fields.getString("notify_uri"));
        model.setExtensionInfo(fields.getString("extension_info"));
        AlipayMarketingCashlessvoucherTemplateCreateRequest request =
            new AlipayMarketingCashlessvoucherTemplateCreateRequest();
        request.setBizModel(model);
        return request;
    }

    private static AlipayRequest<?> cashCreate(JSONObject fields) {
        AlipayMarketingCashvoucherTemplateCreateModel model =
            new AlipayMarketingCashvoucherTemplateCreateModel();
        model.setVoucherType(fields.getString("voucher_type"));
        model.setBrandName(fields.getString("brand_name"));
        model.setPublishStartTime(date(fields, "publish_start_time"));
        model.setPublishEndTime(date(fields, "publish_end_time"));
        model.setVoucherValidPeriod(fields.getString("voucher_valid_period"));
        model.setOutBizNo(fields.getString("out_biz_no"));
        model.setVoucherDescription(fields.getString("voucher_description"));
        model.setVoucherQuantity(fields.getLong("voucher_quantity"));
        model.setAmount(fields.getString("amount"));
        model.setFloorAmount(fields.getString("floor_amount"));
        model.setFundAccount(fields.getString("fund_account"));
        model.setRuleConf(fields.getString("rule_conf"));
        model.setNotifyUri(fields.getString("notify_uri"));
        model.setRedirectUri(fields.getString("redirect_uri"));
        model.setVoucherUseScene(fields.getString("voucher_use_scene"));
        model.setSlogan(fields.getString("slogan"));
        model.setExtensionInfo(fields.getString("extension_info"));
        AlipayMarketingCashvoucherTemplateCreateRequest request =
            new AlipayMarketingCashvoucherTemplateCreateRequest();
        request.setBizModel(model);
        return request;
    }

    private static AlipayRequest<?> exchangeCreate(JSONObject fields) {
        AlipayMarketingExchangevoucherTemplateCreateModel model =
            new AlipayMarketingExchangevoucherTemplateCreateModel();
        model.setVoucherType(fields.getString("voucher_type"));
        model.setVoucherName(fields.getString("voucher_name"));
        model.setBrandName(fields.getString("brand_name"));
        model.setPublishStartTime(fields.getString("publish_start_time"));
        model.setPublishEndTime(fields.getString("publish_end_time"));
        model.setVoucherValidPeriod(fields.getString("voucher_valid_period"));
        model.setVoucherAvailableTime(fields.getString("voucher_available_time"));
        model.setOutBizNo(fields.getString("out_biz_no"));
        model.setVoucherDescription(fields.getString("voucher_description"));
        model.setVoucherQuantity(fields.getLong("voucher_quantity"));
        model.setNotifyUri(fields.getString("notify_uri"));
        model.setUseType(fields.getString("use_type"));
        model.setExtensionInfo(fields.getString("extension_info"));
        AlipayMarketingExchangevoucherTemplateCreateRequest request =
            new AlipayMarketingExchangevoucherTemplateCreateRequest();
        request.setBizModel(model);
        return request;
    }

    private static AlipayRequest<?> cashlessModify(JSONObject fields) {
        AlipayMarketingCashlessvoucherTemplateModifyModel model =
            new AlipayMarketingCashlessvoucherTemplateModifyModel();
        model.setTemplateId(fields.getString("template_id"));
        model.setOutBizNo(fields.getString("out_biz_no"));
        model.setPublishEndTime(date(fields, "publish_end_time"));
        model.setRuleConf(fields.getString("rule_conf"));
        AlipayMarketingCashlessvoucherTemplateModifyRequest request =
            new AlipayMarketingCashlessvoucherTemplateModifyRequest();
        request.setBizModel(model);
        return request;
    }

    private static AlipayRequest<?> cashModify(JSONObject fields) {
        AlipayMarketingCashvoucherTemplateModifyModel model =
            new AlipayMarketingCashvoucherTemplateModifyModel();
        model.setTemplateId(fields.getString("template_id"));
        model.setOutBizNo(fields.getString("out_biz_no"));
        model.setPublishStartTime(date(fields, "publish_start_time"));
        model.setPublishEndTime(date(fields, "publish_end_time"));
        model.setVoucherValidPeriod(fields.getString("voucher_valid_period"));
        model.setSlogan(fields.getString("slogan"));
        AlipayMarketingCashvoucherTemplateModifyRequest request =
            new AlipayMarketingCashvoucherTemplateModifyRequest();
        request.setBizModel(model);
        return request;
    }

    private static AlipayRequest<?> detailQuery(JSONObject fields) {
        AlipayMarketingVoucherTemplatedetailQueryModel model =
            new AlipayMarketingVoucherTemplatedetailQueryModel();
        model.setTemplateId(fields.getString("template_id"));
        AlipayMarketingVoucherTemplatedetailQueryRequest request =
            new AlipayMarketingVoucherTemplatedetailQueryRequest();
        request.setBizModel(model);
        return request;
    }

    private static AlipayRequest<?> listQuery(JSONObject fields) {
        AlipayMarketingVoucherTemplatelistQueryModel model =
            new AlipayMarketingVoucherTemplatelistQueryModel();
        model.setCreateStartTime(date(fields, "create_start_time"));
        model.setCreateEndTime(date(fields, "create_end_time"));
        model.setPageNum(fields.getLong("page_num"));
        model.setPageSize(fields.getLong("page_size"));
        AlipayMarketingVoucherTemplatelistQueryRequest request =
            new AlipayMarketingVoucherTemplatelistQueryRequest();
        request.setBizModel(model);
        return request;
    }

    private static AlipayRequest<?> templateDelete(JSONObject fields) {
        AlipayMarketingVoucherTemplateDeleteModel model = new AlipayMarketingVoucherTemplateDeleteModel();
        model.setTemplateId(fields.getString("template_id"));
        AlipayMarketingVoucherTemplateDeleteRequest request =
            new AlipayMarketingVoucherTemplateDeleteRequest();
        request.setBizModel(model);
        return request;
    }

    /** Puts what a typed answer of these methods says; nothing for any other. */
    static void put(AlipayResponse response, JSONObject answer) {
        if (response instanceof AlipayMarketingCashlessvoucherTemplateCreateResponse created) {
            answer.put("template_id", created.getTemplateId());
        } else if (response instanceof AlipayMarketingExchangevoucherTemplateCreateResponse created) {
            answer.put("template_id", created.getTemplateId());
        } else if (response instanceof AlipayMarketingCashvoucherTemplateCreateResponse created) {
            answer.put("template_id", created.getTemplateId());
            answer.put("fund_order_no", created.getFundOrderNo());
        } else if (response instanceof AlipayMarketingCashvoucherTemplateModifyResponse modified) {
            answer.put("status", modified.getStatus());
        } else if (response instanceof AlipayMarketingVoucherTemplatedetailQueryResponse detail) {
            putDetail(detail, answer);
        } else if (response instanceof AlipayMarketingVoucherTemplatelistQueryResponse list
                   && list.isSuccess()) {
            putList(list, answer);
        }
    }

    private static void putDetail(AlipayMarketingVoucherTemplatedetailQueryResponse detail,
                                  JSONObject answer) {
        answer.put("template_id", detail.getTemplateId());
        answer.put("voucher_name", detail.getVoucherName());
        answer.put("voucher_type", detail.getVoucherType());
        answer.put("status", detail.getStatus());
        answer.put("amount", detail.getAmount());
        answer.put("floor_amount", detail.getFloorAmount());
        answer.put("total_amount", detail.getTotalAmount());
        answer.put("voucher_quantity", detail.getVoucherQuantity());
        answer.put("publish_count", detail.getPublishCount());
        answer.put("publish_amount", detail.getPublishAmount());
        answer.put("used_count", detail.getUsedCount());
        answer.put("used_amount", detail.getUsedAmount());
        answer.put("recycle_amount", detail.getRecycleAmount());
        answer.put("publish_start_time", text(detail.getPublishStartTime()));
        answer.put("publish_end_time", text(detail.getPublishEndTime()));
        answer.put("voucher_valid_period", detail.getVoucherValidPeriod());
        answer.put("voucher_description", detail.getVoucherDescription());
    }

    private static void putList(AlipayMarketingVoucherTemplatelistQueryResponse list, JSONObject answer) {
        JSONArray templates = new JSONArray();
        for (VoucherTemplateLiteInfo info : list.getVoucherTemplates()) {
            JSONObject template = new JSONObject();
            template.put("template_id", info.getTemplateId());
            template.put("voucher_name", info.getVoucherName());
            template.put("status", info.getStatus());
            template.put("create_time", text(info.getCreateTime()));
            template.put("activate_time", text(info.getActivateTime()));
            template.put("publish_start_time", text(info.getPublishStartTime()));
            template.put("publish_end_time", text(info.getPublishEndTime()));
            templates.add(template);
        }
        answer.put("current_page", list.getCurrentPage());
        answer.put("items_per_page", list.getItemsPerPage());
        answer.put("total_items", list.getTotalItems());
        answer.put("total_pages", list.getTotalPages());
        answer.put("voucher_templates", templates);
    }

    private static SimpleDateFormat beijing() {
        SimpleDateFormat format = new SimpleDateFormat("yyyy-MM-dd HH:mm:ss");
        format.setTimeZone(TimeZone.getTimeZone("GMT+8"));
        return format;
    }

    private static String text(Date date) {
        return date == null ? null : beijing().format(date);
    }

    private static Date date(JSONObject fields, String name) {
        String text = fields.getString(name);
        try {
            return text == null ? null : beijing().parse(text);
        } catch (ParseException exception) {
            throw new IllegalArgumentException(exception);
        }
    }
}
