#include "core/model/norm_rows.h"

#include "core/base/vector_loop.h"

#include <algorithm>
#include <array>

namespace concord {

namespace {

using Piece = std::array<float, pieceNumbers>;

CONCORD_VECTOR_LOOP void addRows(const float *__restrict x, std::int64_t rows, std::int64_t channels, float *__restrict sum)
{
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < channels; ++c)
            sum[c] += x[r * channels + c];
}

CONCORD_VECTOR_LOOP void addSquares(const float *__restrict x, std::int64_t rows, std::int64_t channels, const float *__restrict mean, float *__restrict sum)
{
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < channels; ++c) {
            const float d = x[r * channels + c] - mean[c];
            sum[c] += d * d;
        }
}

CONCORD_VECTOR_LOOP void scaleLoop(const float *__restrict x, float *__restrict y, std::int64_t rows, std::int64_t channels, const float *__restrict mean, const float *__restrict scale,
                                   const float *__restrict shift)
{
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < channels; ++c)
            y[r * channels + c] = (x[r * channels + c] - mean[c]) * scale[c] + shift[c];
}

CONCORD_VECTOR_LOOP void addLoop(float *__restrict y, const float *__restrict residual, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i)
        y[i] += residual[i];
}

/// A NaN stays one.
CONCORD_VECTOR_LOOP void rectifyLoop(float *y, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i)
        y[i] = y[i] < 0 ? 0 : y[i];
}

/// The output's sign is computed again exactly as before.
CONCORD_VECTOR_LOOP void maskByInput(const float *__restrict g, const float *__restrict x, float *__restrict masked, std::int64_t rows, std::int64_t channels,
                                     const float *__restrict mean, const float *__restrict scale, const float *__restrict shift)
{
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < channels; ++c)
            masked[r * channels + c] = (x[r * channels + c] - mean[c]) * scale[c] + shift[c] <= 0 ? 0 : g[r * channels + c];
}

CONCORD_VECTOR_LOOP void maskByOutput(const float *__restrict g, const float *__restrict y, float *__restrict masked, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i)
        masked[i] = y[i] <= 0 ? 0 : g[i];
}

CONCORD_VECTOR_LOOP void addProducts(const float *__restrict g, const float *__restrict x, std::int64_t rows, std::int64_t channels, const float *__restrict mean,
                                     float *__restrict sum, float *__restrict product)
{
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < channels; ++c) {
            sum[c] += g[r * channels + c];
            product[c] += g[r * channels + c] * (x[r * channels + c] - mean[c]);
        }
}

CONCORD_VECTOR_LOOP void gradientLoop(const float *__restrict g, const float *__restrict x, float *__restrict result, std::int64_t rows, std::int64_t channels, const float *__restrict mean,
                                      const float *__restrict along, const float *__restrict across, const float *__restrict constant)
{
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < channels; ++c)
            result[r * channels + c] = along[c] * g[r * channels + c] + across[c] * (x[r * channels + c] - mean[c]) + constant[c];
}

/// body(begin, count) over the pieces of a block.
template<class Body>
void forPieces(std::int64_t channels, std::int64_t begin, std::int64_t end, const Body &body)
{
    const std::int64_t step = pieceRows(channels);
    for (std::int64_t at = begin; at < end; at += step)
        body(at, std::min(step, end - at));
}

/// A piece of the gradient behind the ReLU, in `buffer` or in the gradient's own memory.
const float *maskedPiece(const float *g, const float *x, std::int64_t begin, std::int64_t rows, std::int64_t channels, const RowScaling &scaling, const RowMap *output,
                         Piece &outputBuffer, Piece &buffer)
{
    if (!scaling.rectified)
        return g;
    if (output)
        maskByOutput(g, output->read(begin, rows, outputBuffer.data()), buffer.data(), rows * channels);
    else
        maskByInput(g, x, buffer.data(), rows, channels, scaling.mean.data(), scaling.scale.data(), scaling.shift.data());
    return buffer.data();
}

} // namespace

RowMoments rowMoments(const RowMap &x)
{
    const std::int64_t channels = x.channels();
    const auto width = std::size_t(channels);
    const auto blocks = std::size_t(rowBlocks(x));
    std::vector<double> means(blocks * width);
    std::vector<double> squares(blocks * width);
    std::vector<double> counts(blocks);
    forRowBlocks(x, [&](std::int64_t block, std::int64_t begin, std::int64_t end) {
        Piece buffer;
        std::vector<float> sum(width);
        std::vector<float> square(width);
        double *mean = means.data() + std::size_t(block) * width;
        double *total = squares.data() + std::size_t(block) * width;
        double &seen = counts[std::size_t(block)];
        forPieces(channels, begin, end, [&](std::int64_t at, std::int64_t rows) {
            const float *values = x.read(at, rows, buffer.data());
            std::ranges::fill(sum, 0.0F);
            std::ranges::fill(square, 0.0F);
            addRows(values, rows, channels, sum.data());
            for (float &value : sum)
                value /= float(rows);
            addSquares(values, rows, channels, sum.data(), square.data());
            const double share = double(rows) / (seen + double(rows));
            for (std::size_t c = 0; c < width; ++c) {
                const double difference = double(sum[c]) - mean[c];
                mean[c] += difference * share;
                total[c] += double(square[c]) + difference * difference * seen * share;
            }
            seen += double(rows);
        });
    });
    RowMoments result{.mean = std::vector<double>(width), .variance = std::vector<double>(width)};
    double seen = 0;
    for (std::size_t block = 0; block < blocks; ++block) {
        const double share = counts[block] / (seen + counts[block]);
        for (std::size_t c = 0; c < width; ++c) {
            const double difference = means[block * width + c] - result.mean[c];
            result.mean[c] += difference * share;
            result.variance[c] += squares[block * width + c] + difference * difference * seen * share;
        }
        seen += counts[block];
    }
    for (double &value : result.variance)
        value /= seen;
    return result;
}

void scaleRows(const RowMap &x, const RowScaling &scaling, const RowMap *residual, const RowMap &result)
{
    const std::int64_t channels = x.channels();
    forRowBlocks(x, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
        Piece in;
        Piece other;
        Piece out;
        forPieces(channels, begin, end, [&](std::int64_t at, std::int64_t rows) {
            float *y = result.place(at, out.data());
            scaleLoop(x.read(at, rows, in.data()), y, rows, channels, scaling.mean.data(), scaling.scale.data(), scaling.shift.data());
            if (residual)
                addLoop(y, residual->read(at, rows, other.data()), rows * channels);
            if (scaling.rectified)
                rectifyLoop(y, rows * channels);
            result.write(at, rows, y);
        });
    });
}

RowGradientSums rowGradientSums(const RowMap &gradient, const RowMap &x, const RowScaling &scaling, const RowMap *output, const RowMap *masked)
{
    const std::int64_t channels = x.channels();
    const auto width = std::size_t(channels);
    const auto blocks = std::size_t(rowBlocks(x));
    std::vector<double> sums(blocks * width);
    std::vector<double> products(blocks * width);
    forRowBlocks(x, [&](std::int64_t block, std::int64_t begin, std::int64_t end) {
        Piece gBuffer;
        Piece xBuffer;
        Piece yBuffer;
        Piece maskBuffer;
        std::vector<float> sum(width);
        std::vector<float> product(width);
        forPieces(channels, begin, end, [&](std::int64_t at, std::int64_t rows) {
            const float *values = x.read(at, rows, xBuffer.data());
            const float *g = maskedPiece(gradient.read(at, rows, gBuffer.data()), values, at, rows, channels, scaling, output, yBuffer, maskBuffer);
            std::ranges::fill(sum, 0.0F);
            std::ranges::fill(product, 0.0F);
            addProducts(g, values, rows, channels, scaling.mean.data(), sum.data(), product.data());
            for (std::size_t c = 0; c < width; ++c) {
                sums[std::size_t(block) * width + c] += double(sum[c]);
                products[std::size_t(block) * width + c] += double(product[c]);
            }
            if (masked) {
                float *to = masked->place(at, yBuffer.data());
                std::copy_n(g, rows * channels, to);
                masked->write(at, rows, to);
            }
        });
    });
    RowGradientSums result{.gradient = std::vector<double>(width), .product = std::vector<double>(width)};
    for (std::size_t block = 0; block < blocks; ++block)
        for (std::size_t c = 0; c < width; ++c) {
            result.gradient[c] += sums[block * width + c];
            result.product[c] += products[block * width + c];
        }
    return result;
}

void rowGradient(const RowMap &gradient, const RowMap &x, const RowScaling &scaling, const RowMap *output, const RowGradient &factors, const RowMap &result)
{
    const std::int64_t channels = x.channels();
    forRowBlocks(x, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
        Piece gBuffer;
        Piece xBuffer;
        Piece yBuffer;
        Piece maskBuffer;
        Piece out;
        forPieces(channels, begin, end, [&](std::int64_t at, std::int64_t rows) {
            const float *values = x.read(at, rows, xBuffer.data());
            const float *g = maskedPiece(gradient.read(at, rows, gBuffer.data()), values, at, rows, channels, scaling, output, yBuffer, maskBuffer);
            float *to = result.place(at, out.data());
            gradientLoop(g, values, to, rows, channels, scaling.mean.data(), factors.along.data(), factors.across.data(), factors.constant.data());
            result.write(at, rows, to);
        });
    });
}

} // namespace concord
