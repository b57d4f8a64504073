// The pages of a user in Simplified Chinese.

export default {};
