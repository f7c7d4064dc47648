#pragma once

#include "core/model/feature_cost.h"

namespace concord {

/// A decoder that reads levels of features, the largest first, and gives one map of the largest level's size or a multiple of it.
class PyramidDecoder : public Block
{
public:
    std::vector<Port> inputs() const override;
    std::vector<Port> outputs() const override;
    Inference infer(const PortTypes &inputs, int repeats) const override;
    std::shared_ptr<Layer> build(const BuildSpec &spec) const override;
    std::string summary() const override;

protected:
    explicit PyramidDecoder(std::int64_t upsample)
        : upsample_(upsample)
    {
    }

    /// What a level goes through, added to its cost.
    virtual void addLevel(FeatureCost &level) const = 0;
    /// `in`: the levels' channels.
    virtual std::shared_ptr<Layer> makeLayer(const std::vector<std::int64_t> &in) const = 0;

    void sizeParams(ParamVisitor &visitor, const std::string &channelsHelp);
    std::int64_t channels() const { return channels_; }
    int upsample() const { return int(upsample_); }

private:
    std::int64_t channels_ = 64;
    std::int64_t upsample_;
};

} // namespace concord
