// The pages of a user in Traditional Chinese.

export default {};
